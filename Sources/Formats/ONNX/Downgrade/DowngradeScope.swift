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

    init(taken: Set<ValueName>, sourceOpset: Int) {
        self.taken = taken
        self.sourceOpset = sourceOpset
    }

    mutating func enter(_ graph: Graph) {
        added = [:]
        released = []
        for input in graph.inputs { types[input.name] = input.type }
        for (name, type) in graph.valueTypes { types[name] = type }
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

    mutating func add(_ tensor: Tensor, named base: String) -> ValueName {
        var name = ValueName(base)
        var number = 1
        while !taken.insert(name).inserted {
            name = ValueName("\(base)_\(number)")
            number += 1
        }
        added[name] = tensor
        return name
    }

    mutating func release(_ name: ValueName?) {
        if let name { released.insert(name) }
    }
}
