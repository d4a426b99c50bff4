import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

extension CompileContext {
    /// A MatMul with a constant matrix and the constant vector that an Add puts on its product, as one node of three
    /// operands: kernels of sums begin with a bias. (Where the left side has two axes, passes have made a Gemm of the two.)
    ///
    /// - Returns: `nil` where an Add is no such thing; the product's own value must be of no use to anybody else.
    func biasedProduct(_ add: Node) -> (node: Node, op: any Operator)? {
        guard add.op == "Add", add.inputs.count == 2, let sum = add.output(0) else { return nil }
        for (place, other) in [(0, 1), (1, 0)] {
            guard let product = add.input(place), isInterior(product), let core = producer(of: product),
                core.op is MatMul, let matrix = shape(core.node.input(1)), matrix.rank == 2,
                isConstantOperand(core.node.input(1)), let bias = shape(add.input(other)),
                isConstantOperand(add.input(other)), bias.isBias(columns: matrix[1]), shape(product) == shape(sum)
            else { continue }
            var node = core.node
            node.inputs.append(add.input(other))
            return (node, core.op)
        }
        return nil
    }

    /// Whether a value is stored in the file, as floats or as codes.
    private func isConstantOperand(_ name: ValueName?) -> Bool {
        if constant(name) != nil { return true }
        guard let producer = producer(of: name), producer.op is DequantizeLinear else { return false }
        return producer.node.inputs.allSatisfy { $0 == nil || constant($0) != nil }
    }
}
