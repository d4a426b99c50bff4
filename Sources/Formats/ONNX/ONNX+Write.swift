import BitdepthGraphs
import BitdepthTensors

extension ONNX {
    /// How a model is written.
    public struct WriteOptions: Sendable, Hashable {
        /// The version of ONNX's operator set to write; `nil` takes that of the file which the model came from, or the
        /// lowest later one that all nodes can be written in.
        public var opset: Int?
        /// Whether existing files may be replaced.
        public var force: Bool
        public var externalData: ExternalData

        /// Whether tensors go into a file of their own beside the model: `NAME.data` for the model `NAME`.
        public enum ExternalData: Sendable, Hashable {
            /// Only when the model would exceed 2 GiB, which protobuf cannot hold.
            case automatic
            /// Tensors of at least so many bytes.
            case always(minimumBytes: Int)
        }

        public init(opset: Int? = nil, force: Bool = false, externalData: ExternalData = .automatic) {
            self.opset = opset
            self.force = force
            self.externalData = externalData
        }
    }

    /// Writes a model; the file appears whole or not at all, and the same model always gives the same bytes.
    ///
    /// Weights that are still in a file are copied from it without being held in memory.
    ///
    /// - Throws: ``BitdepthError/Code/unsupportedOpset`` naming a node that the wanted operator set cannot express, and the
    ///   version that it needs; ``BitdepthError/Code/fileExists``; ``BitdepthError/Code/cannotCreate``;
    ///   ``BitdepthError/Code/inputOutput``; ``BitdepthError/Code/cycle``.
    public static func write(
        _ model: ModelGraph, to path: String, options: WriteOptions = WriteOptions()
    ) throws(BitdepthError) {
        let spelled = try Downgrade().spelling(of: model, opset: options.opset)
        var export = ModelExport()
        let message = try export.message(spelled)
        var threshold: Int?
        if case .always(let minimum) = options.externalData { threshold = minimum }
        if threshold == nil, UInt64(message.count) + export.payloadBytes > ONNX.largestMessage { threshold = 1024 }
        // The data first: a model file must never name data that is not there.
        let file = try AtomicFile(path, force: options.force)
        if let threshold {
            let data = try ExternalDataFile(besides: path, force: options.force)
            let placed = try data.place(export.payloads, from: threshold)
            let splice = try Splice(message, payloads: export.payloads, external: placed)
            try splice.write(to: file)
            try data.file.commit()
        } else {
            try Splice(message, payloads: export.payloads, external: [:]).write(to: file)
        }
        try file.commit()
    }

    /// Protobuf messages end at 2 GiB; some room is left for the lengths around the tensors.
    private static let largestMessage: UInt64 = (1 << 31) - (1 << 16)
}
