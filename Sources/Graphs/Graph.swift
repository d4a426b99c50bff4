import BitdepthTensors
import OrderedCollections

/// A network: values that flow through nodes. Values are known by name; each has exactly one producer.
///
/// A quantized model is an ordinary graph with QuantizeLinear and DequantizeLinear nodes in it.
public struct Graph: Sendable, Equatable {
    public var name: String
    public var inputs: [Port]
    public var outputs: [Port]
    /// Constant tensors: weights, mostly.
    public var initializers: OrderedDictionary<ValueName, Tensor>
    public var nodes: [Node]
    /// Types that the file states for values in between; a hint, never needed.
    public var valueTypes: OrderedDictionary<ValueName, TensorType>
    public var annotations: Annotations

    public init(
        name: String = "", inputs: [Port] = [], outputs: [Port] = [],
        initializers: OrderedDictionary<ValueName, Tensor> = [:], nodes: [Node] = [],
        valueTypes: OrderedDictionary<ValueName, TensorType> = [:], annotations: Annotations = Annotations()
    ) {
        self.name = name
        self.inputs = inputs
        self.outputs = outputs
        self.initializers = initializers
        self.nodes = nodes
        self.valueTypes = valueTypes
        self.annotations = annotations
    }

    /// A value by which a graph meets the outside. The type may be missing in subgraphs.
    public struct Port: Sendable, Equatable {
        public var name: ValueName
        /// Of the tensor, or of the tensors that a sequence or an optional holds.
        public var type: TensorType?
        public var kind: ValueKind
        public var annotations: Annotations

        public init(
            _ name: ValueName, _ type: TensorType?, kind: ValueKind = .tensor, annotations: Annotations = Annotations()
        ) {
            self.name = name
            self.type = type
            self.kind = kind
            self.annotations = annotations
        }
    }

    /// Inputs that the caller must give: those without an initializer that stands in as a default.
    public var requiredInputs: [Port] { inputs.filter { initializers[$0.name] == nil } }
}
