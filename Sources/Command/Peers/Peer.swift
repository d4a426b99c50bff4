import BitdepthFormats
import BitdepthInspection
import BitdepthTensors
import FoundationEssentials

/// A model in an engine of others, which a Python process runs: Python of BITDEPTH_PYTHON, or python3 on PATH.
struct Peer {
    /// What the peer says once the model is ready.
    struct Start {
        var version: String
        /// Seconds.
        var load: Double
        var first: Double
        /// Bytes that the process grew by at most while it loaded the model and ran it once.
        var grownBytes: Int
    }

    let engine: PeerEngine
    let file: String
    private let child: ChildProcess
    private let python: String

    /// - Parameter inputs: By name, in the order of the model's.
    /// - Throws: ``BitdepthError/Code/missingPeer`` where there is no Python.
    init(_ engine: PeerEngine, model: String, inputs: [(name: String, tensor: Tensor)], threads: Int) throws {
        self.engine = engine
        file = engine.file(for: model)
        python = Peer.python
        let script = String(decoding: PackageResources.peer_py, as: UTF8.self)
        let arguments = ["-c", script, engine.rawValue, file, String(threads)] + inputs.map(\.name)
        guard let child = ChildProcess(python, arguments) else {
            throw BitdepthError(
                .missingPeer, "\(engine.rawValue) is run by Python, and \(python) cannot be started",
                help: ["name a Python that has \(engine.package): BITDEPTH_PYTHON=…"])
        }
        self.child = child
        for (_, tensor) in inputs {
            for piece in try NumPy.pieces(tensor) {
                let bytes = try piece.withBytes { Array($0) }
                try bytes.withUnsafeBytes { try send($0) }
            }
        }
    }

    private static var python: String {
        ProcessInfo.processInfo.environment["BITDEPTH_PYTHON"].flatMap { $0.isEmpty ? nil : $0 } ?? "python3"
    }

    func load() throws -> Start {
        let words = try ask("load")
        guard words.count == 5, words[0] == "ready", let load = Double(words[2]), let first = Double(words[3]),
            let grown = Int(words[4])
        else { throw failure(words) }
        return Start(version: String(words[1]), load: load, first: first, grownBytes: grown)
    }

    /// Seconds of each of `count` runs.
    func times(_ count: Int) throws -> [Double] {
        let words = try ask("run \(count)")
        let times = words.compactMap { Double($0) }
        guard times.count == count, words.count == count else { throw failure(words) }
        return times
    }

    /// The values of all outputs, in the order of the model's.
    func answer() throws -> [[Float]] {
        let words = try ask("answer")
        let counts = words.compactMap { Int($0) }
        guard counts.count == words.count, counts.allSatisfy({ $0 >= 0 && $0 <= Shape.largestCount }) else {
            throw failure(words)
        }
        return try counts.map { count in
            let bytes = try guarded { try child.bytes(count * 4, Cancellation().check) }
            return bytes.withUnsafeBytes { bytes in
                (0..<count).map { index in
                    Float(
                        bitPattern: UInt32(
                            littleEndian: bytes.loadUnaligned(fromByteOffset: index * 4, as: UInt32.self)))
                }
            }
        }
    }

    private func ask(_ command: String) throws -> [Substring] {
        try Array("\(command)\n".utf8).withUnsafeBytes { try send($0) }
        return try guarded { try child.line(Cancellation().check) }.split(separator: " ")
    }

    private func send(_ bytes: UnsafeRawBufferPointer) throws { try guarded { try child.write(bytes) } }

    /// What the child does, its end told as the failure that it is. A child that could not go on says why before it ends.
    private func guarded<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch is ChildProcess.Ended {
            try Cancellation().check()
            throw failure((try? child.line(Cancellation().check))?.split(separator: " ") ?? [])
        }
    }

    private func failure(_ words: [Substring]) -> BitdepthError {
        let place = BitdepthError.Place(file: file)
        switch words.first {
        case "missing":
            return BitdepthError(
                .missingPeer, "\(python) has no module \(words.dropFirst().joined(separator: " "))", at: place,
                help: ["\(python) -m pip install \(engine.package)", "or name another Python: BITDEPTH_PYTHON=…"])
        case "failed":
            return BitdepthError(
                .missingPeer, "\(engine.rawValue) failed: \(words.dropFirst().joined(separator: " "))", at: place,
                help: engine == .litert
                    ? ["it reads the .tflite file that lies beside the ONNX file, of the same name"] : [])
        default:
            return BitdepthError(
                .missingPeer, "\(engine.rawValue) ended without an answer", at: place,
                help: ["see whether this works: \(python) -c 'import numpy'"])
        }
    }
}
