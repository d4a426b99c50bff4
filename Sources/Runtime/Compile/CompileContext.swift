import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

/// What lowering rules may ask about the graph: constants, types, producers and consumers.
struct CompileContext {
    let graph: Graph
    let index: GraphIndex
    let operators: [any Operator]
    let facts: [ValueName: Fact]
    /// Values that the caller observes: they cannot vanish inside an island.
    let tapped: Set<ValueName>

    /// The elements of a value that does not depend on the inputs.
    func constant(_ name: ValueName?) -> Tensor? {
        guard let name else { return nil }
        if let tensor = graph.initializers[name], index.producer[name] == nil { return tensor }
        return facts[name]?.constant
    }

    /// The elements of a float constant that is stored as such, or quantized behind a DequantizeLinear.
    func floatConstant(_ name: ValueName?) -> Tensor? {
        if let tensor = constant(name) { return tensor }
        guard let producer = producer(of: name), producer.op is DequantizeLinear else { return nil }
        let operands = producer.node.inputs.map(constant)
        guard zip(producer.node.inputs, operands).allSatisfy({ $0 == nil || $1 != nil }) else { return nil }
        return try? producer.op.evaluate(operands).first
    }

    func producer(of name: ValueName?) -> (position: Int, node: Node, op: any Operator)? {
        guard let name, let position = index.producer[name] else { return nil }
        return (position, graph.nodes[position], operators[position])
    }

    /// A value that only one node reads and nobody observes may vanish inside an island.
    func isInterior(_ name: ValueName) -> Bool { !tapped.contains(name) && index.onlyConsumer(of: name) != nil }

    /// The node that alone reads a value, which nobody observes.
    func onlyReader(of name: ValueName) -> Node? {
        guard isInterior(name), let position = index.onlyConsumer(of: name) else { return nil }
        return graph.nodes[position]
    }

    /// Whether a node, the graph or the caller reads a value.
    func isRead(_ name: ValueName?) -> Bool { name.map { index.isUsed($0) || tapped.contains($0) } ?? false }

    func shape(_ name: ValueName?) -> Shape? { name.flatMap { facts[$0]?.type.shape.shape } }
}
