import BitdepthGraphs
import BitdepthTensors

@testable import BitdepthOperators

/// A node of one operator, run or inferred on its own.
struct OneNode {
    var type: OperatorName
    var attributes: [(String, Attribute)]
    var outputCount: Int

    init(_ type: OperatorName, _ attributes: [(String, Attribute)] = [], outputs: Int = 1) {
        self.type = type
        self.attributes = attributes
        outputCount = outputs
    }

    func node(_ inputs: [Tensor?]) -> Node {
        Node(
            type, name: "node", inputs: inputs.indices.map { inputs[$0] == nil ? nil : ValueName("input\($0)") },
            outputs: (0..<outputCount).map { ValueName("output\($0)") },
            attributes: .init(uniqueKeysWithValues: attributes))
    }

    func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        try OperatorCatalogue.all.decode(node(inputs)).evaluate(inputs)
    }

    func callAsFunction(_ inputs: Tensor?...) throws -> Tensor {
        let results = try evaluate(inputs)
        guard let first = results.first else { throw BitdepthError(.internal, "\(type) gave nothing") }
        return first
    }

    func infer(_ facts: [Fact?]) throws(BitdepthError) -> [Fact] {
        var node = node([])
        node.inputs = facts.indices.map { facts[$0] == nil ? nil : ValueName("input\($0)") }
        return try OperatorCatalogue.all.decode(node).infer(facts)
    }

    /// Evaluates the node as one of an older version of the operator set, by upgrading it and what the upgrade puts before it.
    func evaluate(_ inputs: [Tensor?], opset: Int) throws -> [ValueName: Tensor] {
        let (graph, values) = try upgraded(inputs, opset: opset)
        return try Interpreter(graph).run(values)
    }

    func upgraded(_ inputs: [Tensor?], opset: Int) throws -> (graph: Graph, values: [ValueName: Tensor]) {
        var node = node(inputs)
        var values: [ValueName: Tensor] = [:]
        for (index, tensor) in inputs.enumerated() { values[ValueName("input\(index)")] = tensor }
        var scope = UpgradeScope(taken: Set(values.keys).union(node.outputs.compactMap { $0 }), constants: [:])
        var version = opset
        while let type = OperatorCatalogue.all[node.op],
            let next = type.signature.versions.first(where: { $0 > version })
        {
            try type.upgrade(&node, to: next, in: &scope)
            version = next
        }
        let graph = Graph(
            outputs: node.outputs.compactMap { $0 }.map { Graph.Port($0, nil) }, initializers: scope.initializers,
            nodes: scope.before + [node] + scope.after)
        return (graph, values)
    }
}

extension Tensor {
    static func ints(_ values: [Int], _ shape: [Int]? = nil, _ type: ElementType = .int64) throws -> Tensor {
        try Tensor(integers: values, shape: try Shape(shape ?? [values.count]), type: type)
    }

    static func floats(_ values: [Float], _ shape: [Int]? = nil, _ type: ElementType = .float32) throws -> Tensor {
        try Tensor(floats: values, shape: try Shape(shape ?? [values.count]), type: type)
    }

    static func bools(_ values: [Bool], _ shape: [Int]? = nil) throws -> Tensor {
        try Tensor(values, shape: try Shape(shape ?? [values.count]))
    }
}
