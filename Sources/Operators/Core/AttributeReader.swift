import BitdepthGraphs
import BitdepthTensors

/// Reads a node's attributes by name and type; every complaint names the attribute.
public struct AttributeReader: Sendable {
    private let node: Node

    public init(_ node: Node) { self.node = node }

    public var inputCount: Int { node.inputs.count }
    public var outputCount: Int { node.outputs.count }
    public var outputNames: [ValueName?] { node.outputs }
    public func has(_ name: String) -> Bool { node.attributes[name] != nil }
    public func hasInput(_ index: Int) -> Bool { node.input(index) != nil }

    public func int(_ name: String) throws(BitdepthError) -> Int? {
        guard let attribute = node.attributes[name] else { return nil }
        guard case .int(let value) = attribute else { throw wrongType(name, "an integer") }
        return value
    }

    public func int(_ name: String, default value: Int) throws(BitdepthError) -> Int { try int(name) ?? value }

    /// An integer that stands for true or false.
    public func flag(_ name: String, default value: Bool) throws(BitdepthError) -> Bool {
        try int(name).map { $0 != 0 } ?? value
    }

    public func float(_ name: String) throws(BitdepthError) -> Float? {
        guard let attribute = node.attributes[name] else { return nil }
        guard case .float(let value) = attribute else { throw wrongType(name, "a float") }
        return value
    }

    public func float(_ name: String, default value: Float) throws(BitdepthError) -> Float { try float(name) ?? value }

    public func string(_ name: String) throws(BitdepthError) -> String? {
        guard let attribute = node.attributes[name] else { return nil }
        guard case .string(let bytes) = attribute, let text = String(validating: bytes, as: UTF8.self) else {
            throw wrongType(name, "a string")
        }
        return text
    }

    /// One of the cases of an enumeration whose raw values are the specification's words.
    public func choice<Choice: RawRepresentable & CaseIterable>(
        _ name: String, default value: Choice
    ) throws(BitdepthError) -> Choice where Choice.RawValue == String {
        guard let text = try string(name) else { return value }
        guard let choice = Choice(rawValue: text) else {
            let words = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            throw invalid(name, "is \"\(text)\"; allowed are \(words)")
        }
        return choice
    }

    public func ints(_ name: String) throws(BitdepthError) -> [Int]? {
        guard let attribute = node.attributes[name] else { return nil }
        guard case .ints(let values) = attribute else { throw wrongType(name, "a list of integers") }
        return values
    }

    public func floats(_ name: String) throws(BitdepthError) -> [Float]? {
        guard let attribute = node.attributes[name] else { return nil }
        guard case .floats(let values) = attribute else { throw wrongType(name, "a list of floats") }
        return values
    }

    public func strings(_ name: String) throws(BitdepthError) -> [String]? {
        guard let attribute = node.attributes[name] else { return nil }
        guard case .strings(let values) = attribute else { throw wrongType(name, "a list of strings") }
        let texts = values.compactMap { String(validating: $0, as: UTF8.self) }
        guard texts.count == values.count else { throw wrongType(name, "a list of strings") }
        return texts
    }

    public func tensor(_ name: String) throws(BitdepthError) -> Tensor? {
        guard let attribute = node.attributes[name] else { return nil }
        guard case .tensor(let value) = attribute else { throw wrongType(name, "a tensor") }
        return value
    }

    public func graph(_ name: String) throws(BitdepthError) -> Graph? {
        guard let attribute = node.attributes[name] else { return nil }
        guard case .graph(let value) = attribute else { throw wrongType(name, "a graph") }
        return value
    }

    /// A graph that must be there and have as many inputs and outputs as its node needs.
    func body(_ name: String, inputs: Int, outputs: Int) throws(BitdepthError) -> Graph {
        let body = try required(name, try graph(name))
        guard body.inputs.count == inputs, body.outputs.count == outputs else {
            throw invalid(
                name,
                "has \(body.inputs.count) inputs and \(body.outputs.count) outputs; the node needs \(inputs) and \(outputs)"
            )
        }
        return body
    }

    /// An attribute that must be there.
    public func required<Value>(_ name: String, _ value: Value?) throws(BitdepthError) -> Value {
        guard let value else { throw invalid(name, "is missing") }
        return value
    }

    public func invalid(_ name: String, _ complaint: String) -> BitdepthError {
        BitdepthError(.invalidAttribute, "attribute \"\(name)\" \(complaint)", at: node.place)
    }

    private func wrongType(_ name: String, _ expected: String) -> BitdepthError { invalid(name, "is not \(expected)") }
}
