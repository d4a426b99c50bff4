import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

/// Evaluates what does not depend on the graph's inputs, by the reference evaluation, and keeps the results as initializers.
///
/// Also folds integers that type inference knows: shapes of static values and what is computed from them. A node that cannot
/// be evaluated stays as it is, so that running the graph tells what is wrong with it, and where.
public struct ConstantFolding: Pass {
    public let name = "fold constants"
    /// Whether DequantizeLinear of constants stays: it is what keeps a quantized weight quantized.
    public let preservingQuantization: Bool
    /// Bytes that one run may add to the graph; a node whose result does not fit is left unfolded.
    public let budget: Int
    private let catalogue: OperatorCatalogue

    public init(preservingQuantization: Bool = true, budget: Int = 256 << 20, catalogue: OperatorCatalogue = .all) {
        self.preservingQuantization = preservingQuantization
        self.budget = budget
        self.catalogue = catalogue
    }

    public func run(_ graph: inout Graph) throws(BitdepthError) -> Int {
        let facts = try ShapeInference.facts(of: graph, tolerant: true, catalogue: catalogue)
        let overridable = Set(graph.inputs.map(\.name))
        var constants: [ValueName: Tensor] = [:]
        for (name, tensor) in graph.initializers where !overridable.contains(name) { constants[name] = tensor }
        let outputs = Set(graph.outputs.map(\.name))
        var folded: [Int: [Tensor]] = [:]
        var remaining = budget
        for position in try graph.topologicalOrder() {
            let node = graph.nodes[position]
            if node.op == "Identity", let output = node.output(0), outputs.contains(output) {
                // It names a constant as an output of the graph, and stays for that; readers may see through it.
                constants[output] = node.input(0).flatMap { constants[$0] }
                continue
            }
            guard
                let results = result(of: node, constants, facts, remaining: remaining),
                results.reduce(0, { $0 + $1.byteCount }) <= remaining
            else { continue }
            remaining -= results.reduce(0) { $0 + $1.byteCount }
            for (output, tensor) in zip(node.outputs, results) {
                if let output { constants[output] = tensor }
            }
            folded[position] = results
        }
        replace(folded, in: &graph)
        return folded.count
    }

    /// The outputs of a node that is constant; `nil` for others.
    private func result(
        of node: Node, _ constants: [ValueName: Tensor], _ facts: [ValueName: Fact], remaining: Int
    ) -> [Tensor]? {
        guard node.isDeterministic, !(preservingQuantization && node.op == "DequantizeLinear") else { return nil }
        let inputs = node.inputs.map { $0.flatMap { constants[$0] } }
        let outputFacts = node.outputs.map { $0.flatMap { facts[$0] } }
        if let known = knownIntegers(node, outputFacts) { return known }
        guard zip(node.inputs, inputs).allSatisfy({ $0 == nil || $1 != nil }) else { return nil }
        guard !outputFacts.contains(where: { $0.map { exceeds($0, remaining) } ?? false }) else { return nil }
        guard let op = try? catalogue.decode(node), let results = try? op.evaluate(inputs) else { return nil }
        return results.count >= node.outputs.count ? results : nil
    }

    /// All outputs, where inference knows them and they are integers. Floats are left to evaluation, which respects what
    /// must stay quantized.
    private func knownIntegers(_ node: Node, _ facts: [Fact?]) -> [Tensor]? {
        var tensors: [Tensor] = []
        for fact in facts {
            guard let tensor = fact?.constant, !tensor.type.isFloatingPoint else { return nil }
            tensors.append(tensor)
        }
        return tensors.isEmpty ? nil : tensors
    }

    private func exceeds(_ fact: Fact, _ bytes: Int) -> Bool {
        guard let shape = fact.type.shape.shape else { return false }
        guard let needed = try? fact.element.byteCount(elements: shape.count) else { return true }
        return needed > bytes
    }

    private func replace(_ folded: [Int: [Tensor]], in graph: inout Graph) {
        guard !folded.isEmpty else { return }
        let outputs = Set(graph.outputs.map(\.name))
        var taken = graph.allNames
        var nodes: [Node] = []
        for (position, node) in graph.nodes.enumerated() {
            guard let results = folded[position] else {
                nodes.append(node)
                continue
            }
            for case (let output?, let tensor) in zip(node.outputs, results) {
                guard outputs.contains(output) else {
                    graph.initializers[output] = tensor
                    continue
                }
                let name = graph.unusedName("\(output)_constant", taken: taken)
                taken.insert(name)
                graph.initializers[name] = tensor
                nodes.append(Node("Identity", name: node.name, inputs: [name], outputs: [output]))
            }
        }
        graph.nodes = nodes
    }
}
