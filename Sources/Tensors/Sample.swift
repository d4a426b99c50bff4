/// Named tensors: one set of a model's inputs or outputs.
public struct Sample: Sendable {
    /// What the user calls this sample: a file, or a file and an index in it.
    public var name: String
    public var tensors: [String: Tensor]

    public init(name: String = "", _ tensors: [String: Tensor]) {
        self.name = name
        self.tensors = tensors
    }
}
