import BitdepthGraphs
import BitdepthTensors

/// One operator, its attributes read and checked: everything Bitdepth knows about it stands in its own file.
///
/// The file holds, top to bottom: the attributes it reads, what types come out, the plain reference evaluation (the oracle
/// of all tests), its gradient, its quantization rule. Fast paths are the Runtime's; every operator runs without one.
public protocol Operator: Sendable {
    /// Name, versions and number of inputs.
    static var signature: OperatorSignature { get }

    /// Reads and checks the attributes of a node of the latest version.
    ///
    /// - Throws: ``BitdepthError/Code/invalidAttribute``.
    init(_ attributes: AttributeReader) throws(BitdepthError)

    /// Types of the outputs from what is known of the inputs; `nil` inputs are left out ones. May also give constant
    /// outputs, which is how shape arithmetic is followed.
    func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact]

    /// The outputs of this operator for concrete inputs: the specification's formula, clear before fast.
    func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor]

    /// Rewrites a node that was written for an older version of the operator set so that it means the same in the next one.
    ///
    /// Called for each version step at which the operator changed, in ascending order: `version` is the version of the
    /// operator set that the node is in now, `next` the version of the signature that it becomes.
    static func upgrade(_ node: inout Node, to next: Int, in scope: inout UpgradeScope) throws(BitdepthError)

    /// How the operator behaves when its values are quantized.
    var quantization: QuantizationRule { get }

    /// Gradients of the inputs as graph nodes; `nil` where the operator has none (yet).
    func gradient(_ context: inout GradientContext) throws(BitdepthError) -> [ValueName?]?
}

extension Operator {
    public static func upgrade(_ node: inout Node, to next: Int, in scope: inout UpgradeScope) throws(BitdepthError) {}
    public var quantization: QuantizationRule { .float }
    public func gradient(_ context: inout GradientContext) throws(BitdepthError) -> [ValueName?]? { nil }
}

/// What an operator is called, the versions of the operator set at which it changed, and how many inputs it takes.
public struct OperatorSignature: Sendable {
    public var name: OperatorName
    /// Versions of the operator set that introduced or changed the operator, ascending.
    public var versions: [Int]
    /// Smallest and largest number of inputs; trailing optional ones may be left out.
    public var inputCount: ClosedRange<Int>
    public var outputCount: ClosedRange<Int>

    public init(_ name: OperatorName, versions: [Int], inputs: ClosedRange<Int>, outputs: ClosedRange<Int> = 1...1) {
        self.name = name
        self.versions = versions
        inputCount = inputs
        outputCount = outputs
    }

    public static let anyNumber = Int.max
}

/// What type inference knows of a value: its type, and its elements where they are constant.
public struct Fact: Sendable {
    /// Of the tensor, or of the tensors that a sequence or an optional holds.
    public var type: TensorType
    public var kind: ValueKind
    /// The elements, where they do not depend on the graph's inputs.
    public var constant: Tensor?

    public init(_ type: TensorType, kind: ValueKind = .tensor, constant: Tensor? = nil) {
        self.type = type
        self.kind = kind
        self.constant = constant
    }

    public init(_ element: ElementType, _ shape: PartialShape) { self.init(TensorType(element, shape)) }
    public init(_ element: ElementType, _ shape: Shape) { self.init(TensorType(element, shape)) }
    public init(constant: Tensor) { self.init(TensorType(of: constant), constant: constant) }

    public var element: ElementType { type.element }
    public var rank: Int? { type.shape.rank }
    public var dimensions: [Dimension]? { type.shape.dimensions }
}

/// What building gradients needs: the values of the node and a place for new nodes. Filled when training arrives.
public struct GradientContext: Sendable {
    public var node: Node
    public var outputGradients: [ValueName?]
    public var nodes: [Node] = []

    public init(node: Node, outputGradients: [ValueName?]) {
        self.node = node
        self.outputGradients = outputGradients
    }
}
