import BitdepthTensors
import OrderedCollections

/// One operation of a graph: which operator, on which values, with which attributes.
public struct Node: Sendable, Equatable {
    /// What the file calls the node; may be empty, need not be unique.
    public var name: String
    public var op: OperatorName
    /// `nil` stands for an optional input that is left out.
    public var inputs: [ValueName?]
    /// `nil` stands for an optional output that nobody wants.
    public var outputs: [ValueName?]
    public var attributes: OrderedDictionary<String, Attribute>
    public var annotations: Annotations

    public init(
        _ op: OperatorName, name: String = "", inputs: [ValueName?], outputs: [ValueName?],
        attributes: OrderedDictionary<String, Attribute> = [:], annotations: Annotations = Annotations()
    ) {
        self.name = name
        self.op = op
        self.inputs = inputs
        self.outputs = outputs
        self.attributes = attributes
        self.annotations = annotations
    }

    /// The input at a position, `nil` when it is left out or the list ends before.
    public func input(_ index: Int) -> ValueName? { index < inputs.count ? inputs[index] : nil }
    public func output(_ index: Int) -> ValueName? { index < outputs.count ? outputs[index] : nil }

    /// What messages call this node: its name, or its first output where it has none.
    public var label: String { name.isEmpty ? (outputs.lazy.compactMap { $0 }.first?.text ?? op.type) : name }

    /// The place that errors about this node carry.
    public var place: BitdepthError.Place { .init(node: label, operatorType: op.description) }

    /// The graphs that attributes carry: bodies of If, Loop and Scan.
    public var subgraphs: [Graph] {
        attributes.values.flatMap { attribute -> [Graph] in
            switch attribute {
            case .graph(let graph): [graph]
            case .graphs(let graphs): graphs
            default: []
            }
        }
    }
}

/// An operator's domain and type. The standard domain of ONNX is the empty string.
public struct OperatorName: Sendable, Hashable, CustomStringConvertible, ExpressibleByStringLiteral {
    public let domain: String
    public let type: String

    /// `ai.onnx` is another spelling of the standard domain.
    public init(_ type: String, domain: String = "") {
        self.type = type
        self.domain = domain == "ai.onnx" ? "" : domain
    }

    public init(stringLiteral type: String) { self.init(type) }

    public var description: String { domain.isEmpty ? type : "\(domain).\(type)" }
}
