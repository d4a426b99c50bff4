import BitdepthFormats
import BitdepthGraphs
import BitdepthTensors
import FoundationEssentials
import Testing

@Suite("Malformed ONNX models")
struct ONNXMalformedTests {
    @Test(
        "A broken model is one error with the right code",
        arguments: [
            ("cycle.onnx", "B0202", "circle"), ("twice.onnx", "B0201", "defined twice"),
            ("twice-initializer.onnx", "B0201", "two initializers"), ("huge.onnx", "B0107", "elements"),
            ("large.onnx", "B0105", "bytes, 4 are present"), ("negative.onnx", "B0206", "negative"),
            ("future.onnx", "B0209", "999"),
            ("recursive-function.onnx", "B0107", "functionDepth"),
            ("external-above.onnx", "B0108", "inside the model's folder"),
            ("external-absolute.onnx", "B0108", "inside the model's folder"),
            ("external-hidden.onnx", "B0108", "inside the model's folder"),
            ("external-missing.onnx", "B0108", "does not exist"),
            ("external-long.onnx", "B0108", "outside"), ("external-key.onnx", "B0108", "callback"),
            ("external-number.onnx", "B0108", "no number"), ("external-length.onnx", "B0108", "announces 8"),
        ])
    func oneError(name: String, code: String, text: String) {
        let error = ONNXFixtures.error { () throws(BitdepthError) in _ = try ONNXFixtures.read(name) }
        #expect(error?.code.rawValue == code)
        #expect(error?.message.contains(text) == true, "\(error?.message ?? "")")
        #expect(error?.place.file != nil)
    }

    @Test("A missing file exits with 66, an empty one with 65 at offset 0")
    func missingAndEmpty() throws {
        let missing = ONNXFixtures.error { () throws(BitdepthError) in _ = try ONNXFixtures.read("nothing.onnx") }
        #expect(missing?.code.exitStatus == 66)
        try ONNXFixtures.withFolder { folder in
            try ONNXFixtures.write([], to: folder + "/empty.onnx")
            let empty = ONNXFixtures.error { () throws(BitdepthError) in _ = try ONNX.read(folder + "/empty.onnx") }
            #expect(empty?.code.exitStatus == 65)
            #expect(empty?.place.offset == 0)
        }
    }

    @Test("A folder or a pipe is no model")
    func noRegularFile() {
        #expect(ONNXFixtures.error { () throws(BitdepthError) in _ = try ONNX.read("/tmp") }?.code == .fileNotFound)
        #expect(
            ONNXFixtures.error { () throws(BitdepthError) in _ = try ONNX.read("/dev/null") }?.code == .fileNotFound)
    }

    @Test(
        "A model that was cut anywhere is an error, never a crash",
        arguments: ["small.onnx", "subgraphs.onnx", "typed-data.onnx"])
    func truncated(name: String) throws {
        let whole = try ONNXFixtures.bytes(ONNXFixtures.path(name))
        try ONNXFixtures.withFolder { folder in
            for part in 0..<64 {
                let cut = Array(whole.prefix(whole.count * part / 64))
                try ONNXFixtures.write(cut, to: folder + "/cut.onnx")
                let error = ONNXFixtures.error { () throws(BitdepthError) in _ = try ONNX.read(folder + "/cut.onnx") }
                let status = error?.code.exitStatus
                // What follows the table of operator sets (metadata) is not missed.
                #expect(
                    status == 65 || status == nil && part > 56,
                    "cut after \(cut.count) bytes: \(error?.message ?? "none")")
            }
        }
    }

    @Test("Random bytes and models with random changes never crash the reader")
    func randomBytes() throws {
        var generator = SplitMix(state: 42)
        let models = try ["small.onnx", "subgraphs.onnx", "functions.onnx", "external.onnx"].map {
            try ONNXFixtures.bytes(ONNXFixtures.path($0))
        }
        try ONNXFixtures.withFolder { folder in
            for round in 0..<400 {
                var bytes = models[round % 4]
                if round % 5 == 0 { bytes = (0..<64).map { _ in UInt8.random(in: .min ... .max, using: &generator) } }
                for _ in 0..<Int.random(in: 1...4, using: &generator) {
                    let place = Int.random(in: 0..<min(bytes.count, 600), using: &generator)
                    bytes[place] = UInt8.random(in: .min ... .max, using: &generator)
                }
                try ONNXFixtures.write(bytes, to: folder + "/random.onnx")
                let error = ONNXFixtures.error { () throws(BitdepthError) in _ = try ONNX.read(folder + "/random.onnx")
                }
                #expect(error.map { [65, 69].contains($0.code.exitStatus) } ?? true, "\(error?.message ?? "")")
            }
        }
    }

    @Test("Links as external data are refused, and followed when that is allowed")
    func links() throws {
        try ONNXFixtures.withFolder { folder in
            let model = folder + "/model/external-link.onnx"
            try FileManager.default.createDirectory(atPath: folder + "/model", withIntermediateDirectories: true)
            try ONNXFixtures.write(ONNXFixtures.bytes(ONNXFixtures.path("external-link.onnx")), to: model)
            try ONNXFixtures.write([UInt8](repeating: 0, count: 16), to: folder + "/outside.bin")
            try FileManager.default.createSymbolicLink(
                atPath: folder + "/model/link.bin", withDestinationPath: "../outside.bin")
            let symbolic = ONNXFixtures.error { () throws(BitdepthError) in _ = try ONNX.read(model) }
            #expect(symbolic?.code == .externalData)
            #expect(symbolic?.help.first?.contains("--allow-links") == true)
            #expect(try ONNX.read(model, allowLinks: true).graph.initializers["k"]?.floats() == [0, 0, 0, 0])

            try FileManager.default.removeItem(atPath: folder + "/model/link.bin")
            try FileManager.default.linkItem(atPath: folder + "/outside.bin", toPath: folder + "/model/link.bin")
            let hard = ONNXFixtures.error { () throws(BitdepthError) in _ = try ONNX.read(model) }
            #expect(hard?.message.contains("hard links") == true)
            #expect(throws: Never.self) { try ONNX.read(model, allowLinks: true) }
        }
    }

    @Test("A limit that is exceeded is named")
    func limits() {
        var few = Limits()
        few.nodes = 1
        var flat = Limits()
        flat.depth = 3
        var narrow = Limits()
        narrow.rank = 3
        for (limits, name) in [(few, "nodes"), (flat, "depth"), (narrow, "rank")] {
            let error = ONNXFixtures.error { () throws(BitdepthError) in
                _ = try ONNX.read(ONNXFixtures.path(name == "depth" ? "subgraphs.onnx" : "small.onnx"), limits: limits)
            }
            #expect(error?.code == .limitExceeded)
            #expect(error?.message.contains("\"\(name)\"") == true)
        }
    }
}

/// A small generator with a seed, so that a failure can be repeated.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return z ^ z >> 31
    }
}
