import BitdepthFormats
import BitdepthTensors
import SystemPackage

/// Data that another program pipes in, which are read to their end before anything else.
enum StandardInput {
    /// The path that means it.
    static let path = "-"
    /// What errors and summaries call it.
    static let name = "standard input"

    private static let mostBytes = 1 << 30
    private static let pieceBytes = 1 << 16

    /// All bytes.
    ///
    /// - Throws: ``BitdepthError/Code/inputOutput``; ``BitdepthError/Code/limitExceeded`` for more than 1 GiB.
    static func read(_ descriptor: FileDescriptor = .standardInput) throws(BitdepthError) -> ByteSource {
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: pieceBytes)
        while true {
            let count: Int
            do {
                count = try piece.withUnsafeMutableBytes { try descriptor.read(into: $0) }
            } catch {
                throw BitdepthError(.inputOutput, "reading failed", at: .init(file: name))
            }
            guard count > 0 else { break }
            guard bytes.count + count <= mostBytes else {
                throw BitdepthError(
                    .limitExceeded, "more than \(mostBytes) bytes", at: .init(file: name),
                    help: ["write them to a file and give that"])
            }
            bytes += piece[..<count]
        }
        guard !bytes.isEmpty else { throw BitdepthError(.noSamples, "there is nothing to read", at: .init(file: name)) }
        return try ByteSource(bytes, path: name)
    }

    /// The samples in what was read: JSON Lines or CSV, else an array file, by the first bytes.
    static func samples(
        _ source: ByteSource, inputs: [InputSpecification], options: DataSource.Options
    ) throws(BitdepthError) -> any SampleSource {
        if RecordFormat.of(try source.prefix(64)) != nil {
            return try SampleFiles([name], options: options, name: name, noun: "files") { _ throws(BitdepthError) in
                try RecordFile(source, inputs: inputs, options: options)
            }
        }
        let file = try DataFile.open(source, limits: options.limits)
        return try ArraySource(file, inputs: inputs, options: options)
    }
}
