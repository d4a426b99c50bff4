import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors
import OrderedCollections

/// Writes nodes one by one, with names that nothing else has.
struct NodeWriter {
    private(set) var nodes: [Node] = []
    private(set) var initializers: OrderedDictionary<ValueName, Tensor> = [:]
    /// Names of values, those inside bodies included.
    var taken: Set<ValueName>
    private let prefix: String

    init(prefix: String, taken: Set<ValueName>) {
        self.prefix = prefix
        self.taken = taken
    }

    /// An empty writer for a body: its names differ from those outside.
    var nested: NodeWriter { NodeWriter(prefix: prefix, taken: taken) }

    /// A new name.
    mutating func name(_ base: String) -> ValueName {
        var name = ValueName("\(prefix)_\(base)")
        var number = 1
        while !taken.insert(name).inserted {
            name = ValueName("\(prefix)_\(base)_\(number)")
            number += 1
        }
        return name
    }

    mutating func add(
        _ op: OperatorName, _ inputs: [ValueName], _ attributes: KeyValuePairs<String, Attribute> = [:], outputs: Int
    ) -> [ValueName] {
        let outputs = (0..<outputs).map { _ in name(op.type) }
        var node = Node(op, name: outputs.first?.text ?? "", inputs: inputs, outputs: outputs)
        for (key, value) in attributes { node.attributes[key] = value }
        nodes.append(node)
        return outputs
    }

    mutating func add(
        _ op: OperatorName, _ inputs: [ValueName], _ attributes: KeyValuePairs<String, Attribute> = [:]
    ) -> ValueName {
        add(op, inputs, attributes, outputs: 1)[0]
    }

    mutating func constant(_ tensor: Tensor, named base: String) -> ValueName {
        let name = name(base)
        initializers[name] = tensor
        return name
    }

    mutating func scalar(_ value: Float) throws(BitdepthError) -> ValueName {
        constant(try Tensor(scalar: value), named: "constant")
    }

    /// Lets the last node's first output have a name that is known outside.
    mutating func renameLast(to name: ValueName) {
        guard !nodes.isEmpty else { return }
        nodes[nodes.count - 1].outputs[0] = name
    }

    /// The function of a recurrent cell as nodes.
    mutating func activation(_ activation: RecurrentActivation, _ x: ValueName) throws(BitdepthError) -> ValueName {
        let (alpha, beta) = (activation.alpha, activation.beta)
        switch activation.function {
        case .relu: return add("Relu", [x])
        case .tanh: return add("Tanh", [x])
        case .sigmoid: return add("Sigmoid", [x])
        case .softsign: return add("Softsign", [x])
        case .softplus: return add("Softplus", [x])
        case .elu: return add("Elu", [x], ["alpha": .float(alpha)])
        case .leakyRelu: return add("LeakyRelu", [x], ["alpha": .float(alpha)])
        case .hardSigmoid: return add("HardSigmoid", [x], ["alpha": .float(alpha), "beta": .float(beta)])
        case .affine: return add("Add", [add("Mul", [x, try scalar(alpha)]), try scalar(beta)])
        case .scaledTanh:
            return add("Mul", [add("Tanh", [add("Mul", [x, try scalar(beta)])]), try scalar(alpha)])
        case .thresholdedRelu:
            // The operator of this name lets go of the threshold itself, which the cell's function keeps.
            return add("Where", [add("Less", [x, try scalar(alpha)]), try scalar(0), x])
        }
    }
}
