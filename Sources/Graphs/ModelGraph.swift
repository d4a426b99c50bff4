import OrderedCollections

/// A graph with what a model file says around it.
///
/// Named `ModelGraph` so that the library's face can offer `Model`.
public struct ModelGraph: Sendable, Equatable {
    public var graph: Graph
    /// Operator set versions by domain; `""` is ONNX's own. After import this is the latest version that is known.
    public var opsets: OrderedDictionary<String, Int>
    /// The version of ONNX's own operator set that the file was written for, before the import upgraded it.
    public var sourceOpset: Int?
    public var producer: Producer
    public var annotations: Annotations

    public struct Producer: Sendable, Equatable {
        public var name: String
        public var version: String
        public var domain: String
        public var modelVersion: Int

        public init(name: String = "", version: String = "", domain: String = "", modelVersion: Int = 0) {
            self.name = name
            self.version = version
            self.domain = domain
            self.modelVersion = modelVersion
        }
    }

    public init(
        graph: Graph, opsets: OrderedDictionary<String, Int>, sourceOpset: Int? = nil, producer: Producer = Producer(),
        annotations: Annotations = Annotations()
    ) {
        self.graph = graph
        self.opsets = opsets
        self.sourceOpset = sourceOpset
        self.producer = producer
        self.annotations = annotations
    }
}
