import Bitdepth

/// Where `run` puts its outputs.
struct OutputTarget {
    private enum Form { case none, array, archive, standardOutput }

    /// The file, where there is one.
    let path: String?
    private let form: Form
    private let force: Bool

    /// Checks what can be checked before anything is computed.
    ///
    /// - Throws: ``BitdepthError/Code/usage`` for a name that says no format, or several outputs for a format of one;
    ///   ``BitdepthError/Code/fileExists`` and ``BitdepthError/Code/cannotCreate``.
    init(_ argument: String?, outputs: [String], force: Bool, _ terminal: Terminal) throws(BitdepthError) {
        self.force = force
        guard let argument else {
            (path, form) = (nil, .none)
            return
        }
        let isStandardOutput = argument == "-"
        path = isStandardOutput ? nil : argument
        form = isStandardOutput ? .standardOutput : try OutputTarget.form(ofFile: argument)
        guard form == .archive || outputs.count == 1 else {
            throw BitdepthError(
                .usage,
                "the model has \(outputs.count) outputs (\(outputs.joined(separator: ", "))), and .npy holds one",
                help: ["name an .npz file: -o out.npz"])
        }
        if isStandardOutput, terminal.output.isTerminal {
            throw BitdepthError(
                .usage, "-o - writes bytes, and standard output is a terminal", help: ["redirect it: -o - > out.npy"])
        }
        // Dropped again at once: it only shows that the file could be made.
        if let path { try AtomicFile(path, force: force).discard() }
    }

    private static func form(ofFile path: String) throws(BitdepthError) -> Form {
        if path.lowercased().hasSuffix(".npz") { return .archive }
        if path.lowercased().hasSuffix(".npy") { return .array }
        throw BitdepthError(
            .usage, "the output \"\(path)\" is neither .npy nor .npz",
            help: ["name it .npz: it holds any number of outputs"])
    }

    var isStandardOutput: Bool { form == .standardOutput }

    func write(_ outputs: [(name: String, tensor: Tensor)], to stream: TextStream) throws {
        switch form {
        case .none: break
        case .archive:
            guard let path else { return }
            try NumPy.writeArchive(
                .init(outputs.map { ($0.name, $0.tensor) }, uniquingKeysWith: { first, _ in first }), to: path,
                force: force)
        case .array:
            guard let path, let output = outputs.first else { return }
            try NumPy.write(output.tensor, to: path, force: force)
        case .standardOutput:
            guard let output = outputs.first else { return }
            for piece in try NumPy.pieces(output.tensor) {
                let bytes = try piece.withBytes { Array($0) }
                try stream.write(bytes)
            }
        }
    }
}
