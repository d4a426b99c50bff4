import BitdepthGraphs
import BitdepthTensors

extension Node {
    /// Turns an attribute into a constant input, where it is there: a list becomes an INT64 vector, a number a scalar.
    ///
    /// - Throws: ``BitdepthError/Code/invalidAttribute`` for an attribute of another kind.
    mutating func moveToInput(_ attribute: String, at index: Int, in scope: inout UpgradeScope) throws(BitdepthError) {
        guard let value = attributes.removeValue(forKey: attribute) else { return }
        let tensor: Tensor
        switch value {
        case .ints(let values): tensor = try Tensor(values.map { Int64($0) })
        case .int(let value): tensor = try Tensor([Int64(value)])
        case .float(let value): tensor = try Tensor(scalar: value)
        default:
            throw BitdepthError(
                .invalidAttribute, "attribute \"\(attribute)\" is neither a number nor a list of integers", at: place)
        }
        setInput(scope.add(tensor, named: "\(label)_\(attribute)"), at: index)
    }

    /// Puts a value at an input position; positions before it that do not exist are left out inputs.
    mutating func setInput(_ value: ValueName, at index: Int) {
        while inputs.count <= index { inputs.append(nil) }
        inputs[index] = value
    }

    /// Drops what operators of version 1 said about memory.
    mutating func dropConsumedInputs() { attributes.removeValue(forKey: "consumed_inputs") }
}

extension UpgradeScope {
    /// A node before the upgraded one, and the name of its only output, which begins with `base`.
    mutating func insertBefore(
        _ op: OperatorName, _ inputs: [ValueName], attribute: (name: String, value: Attribute)? = nil, base: String
    ) -> ValueName {
        let output = newName("\(base)_\(op.type)")
        var node = Node(op, inputs: inputs, outputs: [output])
        if let attribute { node.attributes[attribute.name] = attribute.value }
        insertBefore(node)
        return output
    }
}
