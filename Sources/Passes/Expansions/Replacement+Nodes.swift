import BitdepthGraphs
import BitdepthTensors
import OrderedCollections

/// Nodes written one by one: each gives its output a name that nothing else has.
extension Replacement {
    /// - Parameter name: That of the node; without one it is called as its output.
    /// - Returns: The one output.
    mutating func add(
        _ op: OperatorName, _ inputs: [ValueName?], _ attributes: OrderedDictionary<String, Attribute> = [:],
        name: String = ""
    ) -> ValueName {
        let result = newName("\(output)_\(op.type)")
        add(op, inputs, attributes, name: name, as: [result])
        return result
    }

    /// A node with the outputs that are given; optional inputs and outputs that end the lists are left out.
    mutating func add(
        _ op: OperatorName, _ inputs: [ValueName?], _ attributes: OrderedDictionary<String, Attribute> = [:],
        name: String = "", as outputs: [ValueName?]
    ) {
        let label = name.isEmpty ? outputs.lazy.compactMap { $0 }.first?.text ?? "" : name
        add(
            Node(
                op, name: label, inputs: Replacement.trimmed(inputs), outputs: Replacement.trimmed(outputs),
                attributes: attributes))
    }

    private static func trimmed(_ values: [ValueName?]) -> [ValueName?] {
        Array(values[..<(values.lastIndex { $0 != nil }.map { $0 + 1 } ?? 0)])
    }

    mutating func number(_ value: Double, _ element: ElementType) throws(BitdepthError) -> ValueName {
        add(try Tensor(floats: [Float(value)], shape: .scalar, type: element), named: "\(output)_number")
    }

    /// A vector of INT64.
    mutating func integers(_ values: [Int]) throws(BitdepthError) -> ValueName {
        add(try Tensor(values.map { Int64($0) }), named: "\(output)_integers")
    }

    /// One INT64 without axes.
    mutating func integer(_ value: Int) throws(BitdepthError) -> ValueName {
        add(try Tensor(scalar: Int64(value)), named: "\(output)_integer")
    }

    /// The extent of an axis, as a vector of one INT64.
    mutating func extent(of value: ValueName, axis: Int) -> ValueName {
        add("Shape", [value], ["start": .int(axis), "end": .int(axis + 1)])
    }

    /// Parts of a value along an axis.
    mutating func split(_ value: ValueName, _ sizes: [Int], axis: Int) throws(BitdepthError) -> [ValueName] {
        let parts = sizes.map { _ in newName("\(value)_part") }
        add("Split", [value, try integers(sizes)], ["axis": .int(axis)], as: parts)
        return parts
    }

    mutating func unsqueeze(_ value: ValueName, _ axes: [Int]) throws(BitdepthError) -> ValueName {
        add("Unsqueeze", [value, try integers(axes)])
    }
}

extension Node {
    /// Those attributes whose names are given.
    func attributes(_ names: String...) -> OrderedDictionary<String, Attribute> {
        attributes.filter { names.contains($0.key) }
    }
}
