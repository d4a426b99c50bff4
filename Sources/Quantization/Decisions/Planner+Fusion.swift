import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

/// Which nodes run inside the integer kernel before them: nothing is rounded in between.
extension Planner {
    /// Fuses the addition of a bias to a matrix product, and a Relu or Clip, into the node before; of functions of single
    /// elements, which become one table, a whole chain. Results that stay float have no codes to fuse with.
    mutating func fuseFollowers(of position: Int) {
        guard rule(position).outputs != .float, var result = graph.nodes[position].output(0) else { return }
        if pointwiseInput(position) != nil {
            while let next = index.onlyConsumer(of: result), isFree(next), pointwiseInput(next) == result {
                fuse(next, &result, into: position)
            }
            results[position] = result
            return
        }
        if let addition = biasAddition(behind: result, of: position) { fuse(addition, &result, into: position) }
        if rule(position).fusesActivation, let next = index.onlyConsumer(of: result), isFree(next),
            isActivation(graph.nodes[next])
        {
            fuse(next, &result, into: position)
        }
        results[position] = result
    }

    private mutating func fuse(_ follower: Int, _ result: inout ValueName, into position: Int) {
        guard let output = graph.nodes[follower].output(0) else { return }
        outcomes[follower] = .fused(into: graph.nodes[position].label)
        heads[follower] = position
        result = output
    }

    /// The value of which a node is a function element by element.
    func pointwiseInput(_ position: Int) -> ValueName? {
        guard !rule(position).isFloat,
            let input = graph.nodes[position].pointwiseInput(
                operators[position], isNumber: { graph.initializers[$0].map(isFiniteNumber) ?? false }),
            let output = graph.nodes[position].output(0), isFloat(input), isFloat(output),
            facts[input]?.type.shape == facts[output]?.type.shape
        else { return nil }
        return input
    }

    private func isFiniteNumber(_ constant: Tensor) -> Bool {
        constant.count == 1 && constant.type.isWideFloat && (try? constant.floats()[0].isFinite) ?? false
    }

    /// Undecided, and not to be kept as it is.
    private func isFree(_ position: Int) -> Bool {
        outcomes[position] == nil && !isAlreadyQuantized(position)
            && !configuration.keepFloat.contains { $0.matches(graph.nodes[position]) }
    }

    /// The Add of a constant vector to the product with a constant matrix: a bias in all but name, which 8 bits are too
    /// few for. (Where the left side is a matrix, passes have made a Gemm of the two.)
    private func biasAddition(behind product: ValueName, of position: Int) -> Int? {
        let node = graph.nodes[position]
        guard node.op == "MatMul", let weight = node.input(1).flatMap({ graph.initializers[$0] }),
            weight.shape.rank >= 2,
            let next = index.onlyConsumer(of: product), graph.nodes[next].op == "Add", isFree(next),
            let other = graph.nodes[next].inputs.lazy.compactMap({ $0 }).first(where: { $0 != product }),
            let bias = graph.initializers[other], bias.type.isWideFloat,
            bias.count == bias.shape.dimensions.last, bias.count == weight.shape.dimensions.last,
            bias.shape.rank <= max(weight.shape.rank, 2)
        else { return nil }
        return next
    }
}
