import BitdepthGraphs
import BitdepthTensors
import OrderedCollections

/// The surroundings of a node that is spelled for an older operator set.
struct DowngradeScope {
    private var constants: [ValueName: Tensor] = [:]
    private var types: [ValueName: TensorType] = [:]
    private var taken: Set<ValueName>
    let sourceOpset: Int
    /// Initializers that the older spelling needs in the present graph.
    private(set) var added: OrderedDictionary<ValueName, Tensor> = [:]
    /// Initializers that became attributes; those that nobody reads any more can go.
    private(set) var released: Set<ValueName> = []
    /// Nodes that the older spelling needs around the node.
    private var inserted = (before: [Node](), after: [Node]())
    /// Numbers among `added`: one of each is enough for a graph.
    private var numbers: [Number: ValueName] = [:]

    private struct Number: Hashable {
        var value: Double
        var element: ElementType
    }

    /// - Parameter types: What is known of the values of all graphs of the model, beyond what these state themselves.
    init(taken: Set<ValueName>, types: [ValueName: TensorType], sourceOpset: Int) {
        self.taken = taken
        self.types = types
        self.sourceOpset = sourceOpset
    }

    mutating func enter(_ graph: Graph) {
        added = [:]
        released = []
        numbers = [:]
        for input in graph.inputs { learn(input.type, of: input.name) }
        for (name, type) in graph.valueTypes { learn(type, of: name) }
        let replaceable = Set(graph.inputs.map(\.name))
        for (name, tensor) in graph.initializers {
            types[name] = TensorType(of: tensor)
            if !replaceable.contains(name) { constants[name] = tensor }
        }
        for node in graph.nodes where node.op == "Constant" {
            guard let output = node.output(0), case .tensor(let tensor)? = node.attributes["value"] else { continue }
            constants[output] = tensor
            types[output] = TensorType(of: tensor)
        }
    }

    mutating func leave(to outer: DowngradeScope) {
        let taken = taken
        self = outer
        self.taken = taken
    }

    func constant(_ name: ValueName?) -> Tensor? { name.flatMap { constants[$0] } }
    func type(_ name: ValueName?) -> TensorType? { name.flatMap { types[$0] } }

    private mutating func learn(_ type: TensorType?, of name: ValueName) {
        if let type, types[name]?.shape.rank == nil { types[name] = type }
    }

    /// A new initializer; its name begins with `base`.
    mutating func add(_ tensor: Tensor, named base: String) -> ValueName {
        let name = newName(base)
        added[name] = tensor
        constants[name] = tensor
        types[name] = TensorType(of: tensor)
        return name
    }

    /// An initializer that is one number of a float type.
    mutating func number(_ value: Double, _ element: ElementType) -> ValueName? {
        let number = Number(value: value, element: element)
        if let name = numbers[number] { return name }
        guard element.isFloatingPoint, let tensor = try? Tensor(scalar: value).converted(to: element) else {
            return nil
        }
        let name = add(tensor, named: "number_\(value)")
        numbers[number] = name
        return name
    }

    mutating func newName(_ base: String) -> ValueName {
        var name = ValueName(base)
        var number = 1
        while !taken.insert(name).inserted {
            name = ValueName("\(base)_\(number)")
            number += 1
        }
        return name
    }

    /// Puts a node in front of the one that is spelled.
    ///
    /// What is inserted is of the latest operator set, and is spelled for the older one in its turn.
    ///
    /// - Returns: The node's output, whose name begins with `base`.
    mutating func insertBefore(
        _ op: OperatorName, _ inputs: [ValueName?], _ attributes: OrderedDictionary<String, Attribute> = [:],
        named base: String
    ) -> ValueName {
        let output = newName(base)
        inserted.before.append(Node(op, inputs: inputs, outputs: [output], attributes: attributes))
        return output
    }

    mutating func insertAfter(_ node: Node) { inserted.after.append(node) }

    /// What was inserted around the node, which is thereby forgotten.
    mutating func takeInserted() -> (before: [Node], after: [Node]) {
        defer { inserted = ([], []) }
        return inserted
    }

    mutating func release(_ name: ValueName?) {
        if let name { released.insert(name) }
    }
}
