/// How much a file may claim before it is refused; the error names the limit.
public struct Limits: Sendable {
    /// Messages inside messages of a model file; a subgraph takes three (node, attribute, graph).
    public var depth = 64
    public var nodes = 1_000_000
    /// Initializers of a model and tensors in attributes together.
    public var tensors = 1_000_000
    /// Bytes of a model file without the payloads of its tensors.
    public var structureBytes = 512 << 20
    /// Nodes that calls of model-local functions expand to.
    public var functionNodes = 1_000_000
    /// Functions that call functions.
    public var functionDepth = 32
    /// Files that external data may be spread over.
    public var externalFiles = 4096
    /// Members of one zip archive.
    public var zipMembers = 100_000
    /// Bytes of a header or directory that is read at once.
    public var headerBytes = 100 << 20
    /// Bytes of a tensor's or member's name.
    public var nameBytes = 64 << 10
    /// Axes of a tensor.
    public var rank = 16
    /// Bytes that one compressed file or member may inflate to.
    public var inflatedBytes = 4 << 30
    /// Pixels of one image.
    public var imagePixels = 1 << 28

    public init() {}

    public static let standard = Limits()
}
