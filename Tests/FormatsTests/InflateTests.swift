import BitdepthTensors
import CBitdepthSystem
import Testing

@testable import BitdepthFormats

/// Numbers that are the same in every run.
struct TestNumbers {
    private var state: UInt64
    init(_ seed: UInt64) { state = seed &* 2 &+ 1 }

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state >> 33
    }

    mutating func bytes(_ count: Int, alphabet: UInt64) -> [UInt8] { (0..<count).map { _ in UInt8(next() % alphabet) } }
}

@Suite("Inflate")
struct InflateTests {
    /// Runs one of the two decoders.
    private func inflate(_ input: [UInt8], room: Int, own: Bool) -> (outcome: Inflate.Outcome, output: [UInt8]) {
        var output = [UInt8](repeating: 0xEE, count: room)
        let outcome = input.withUnsafeBytes { source in
            output.withUnsafeMutableBytes { target in
                own ? InflateDecoder.run(source, into: target) : Inflate.run(source, into: target)
            }
        }
        return (outcome, output)
    }

    private func deflate(_ bytes: [UInt8], level: Int32) throws -> [UInt8] {
        try #require(
            try bytes.withUnsafeBytes { source throws(BitdepthError) in try Deflate.run(source, level: level) })
    }

    @Test("A stream from Python's zlib with a dynamic code inflates to what was compressed")
    func pythonStream() {
        // zlib.compress(bytes(i * i % 251 % 17 for i in range(300)), 9)[2:-4]
        let (outcome, output) = inflate(PythonStreams.dynamic, room: 300, own: true)
        #expect(outcome == .init(ending: .complete, consumed: PythonStreams.dynamic.count, produced: 300))
        let expected: [UInt8] = (0..<300).map { (index: Int) in UInt8(index * index % 251 % 17) }
        #expect(output == expected)
    }

    @Test("A stream from Python's zlib with the fixed code inflates to what was compressed")
    func pythonFixedStream() {
        // zlib.compress(b"abcabcabcabcabc!", 9)[2:-4]
        let (outcome, output) = inflate(PythonStreams.fixed, room: 16, own: true)
        #expect(outcome.ending == .complete)
        #expect(output == Array("abcabcabcabcabc!".utf8))
    }

    @Test(
        "The own decoder undoes what zlib compressed", .enabled(if: Inflate.usesZlib), arguments: [Int32(0), 1, 6, 9])
    func undoesZlib(level: Int32) throws {
        var numbers = TestNumbers(UInt64(level))
        for count in [0, 1, 2, 257, 258, 259, 4096, 32768, 32769, 80_000] {
            for alphabet in [1, 2, 5, 40, 256] as [UInt64] {
                let bytes = numbers.bytes(count, alphabet: alphabet)
                let compressed = try deflate(bytes, level: level)
                let (outcome, output) = inflate(compressed, room: count, own: true)
                #expect(outcome == .init(ending: .complete, consumed: compressed.count, produced: count))
                #expect(output == bytes, "\(count) bytes of \(alphabet) kinds")
            }
        }
    }

    @Test("Damaged streams are refused or read exactly as zlib does", .enabled(if: Inflate.usesZlib))
    func agreesOnDamage() throws {
        var numbers = TestNumbers(7)
        var refused = 0
        for round in 0..<6000 {
            var compressed = try deflate(
                numbers.bytes(Int(numbers.next() % 600), alphabet: [2, 20, 256][round % 3]), level: Int32(round % 10))
            for _ in 0...numbers.next() % 3 where !compressed.isEmpty {
                compressed[Int(numbers.next()) % min(compressed.count, round % 2 == 0 ? 40 : 4000)] = UInt8(
                    numbers.next() % 256)
            }
            if round % 5 == 0 { compressed.removeLast(Int(numbers.next()) % compressed.count) }
            let own = inflate(compressed, room: 700, own: true)
            let reference = inflate(compressed, room: 700, own: false)
            #expect((own.outcome.ending == .complete) == (reference.outcome.ending == .complete), "round \(round)")
            #expect((own.outcome.ending == .outputFull) == (reference.outcome.ending == .outputFull), "round \(round)")
            if reference.outcome.ending == .complete {
                #expect(own.outcome == reference.outcome)
                #expect(own.output == reference.output)
            } else {
                refused += 1
            }
        }
        #expect(refused > 1000)
    }

    @Test("Every cut of a stream is said to be truncated", arguments: [true, false])
    func truncation(own: Bool) throws {
        for cut in 0..<PythonStreams.dynamic.count {
            #expect(
                inflate(Array(PythonStreams.dynamic[..<cut]), room: 300, own: own).outcome.ending == .truncated,
                "cut at \(cut)")
        }
    }

    @Test("Nothing is written past the output, whose lack of room is told", arguments: [true, false])
    func outputFull(own: Bool) {
        for room in [0, 1, 150, 299] {
            let (outcome, _) = inflate(PythonStreams.dynamic, room: room, own: own)
            #expect(outcome.ending == .outputFull)
            #expect(outcome.produced <= room)
        }
    }

    @Test("A size that the compressed bytes cannot reach is refused before it is allocated")
    func impossibleSize() throws {
        let input = try Tensor(PythonStreams.dynamic)
        let error = #expect(throws: BitdepthError.self) { try Inflate.exactly(1 << 40, from: input, path: "x") }
        #expect(error?.code == .limitExceeded)
    }

    @Test("A size other than the announced one is an error", arguments: [299, 301])
    func wrongSize(count: Int) throws {
        let input = try Tensor(PythonStreams.dynamic)
        let error = #expect(throws: BitdepthError.self) { try Inflate.exactly(count, from: input, path: "x") }
        #expect(error?.code == .malformedFile)
    }

    @Test("CRC-32 of the check string is CBF43926, by table as by zlib")
    func checksum() {
        let text = Array("123456789".utf8)
        #expect(text.withUnsafeBytes { CRC32.plain(0, $0) } == 0xCBF4_3926)
        var checksum = CRC32()
        text[..<4].withUnsafeBytes { checksum.update($0) }
        text[4...].withUnsafeBytes { checksum.update($0) }
        #expect(checksum.value == 0xCBF4_3926)
    }

    @Test("gzip files of one or several members, with all optional header fields, are read")
    func gzip() throws {
        let one = try Gzip.inflate(ByteSource(PythonStreams.gzip, path: "a.gz"))
        #expect(try one.bytes(at: 0, count: one.count) == Array("hello hello hello".utf8))
        // FEXTRA, FNAME, FCOMMENT and FHCRC.
        let fields: [UInt8] = [0x1F, 0x8B, 8, 2 | 4 | 8 | 16, 0, 0, 0, 0, 0, 3, 2, 0, 9, 9, 0x6E, 0, 0x63, 0]
        let checksum = fields.withUnsafeBytes { CRC32.plain(0, $0) }
        let rich = fields + [UInt8(checksum & 0xFF), UInt8(checksum >> 8 & 0xFF)] + PythonStreams.gzip[10...]
        let two = try Gzip.inflate(ByteSource(PythonStreams.gzip + rich, path: "b.gz"))
        #expect(try two.bytes(at: 0, count: two.count) == Array("hello hello hellohello hello hello".utf8))
    }

    @Test("gzip: damage in any byte but time, flags of no effect and system is noticed")
    func gzipDamage() throws {
        for index in PythonStreams.gzip.indices where !(4...9).contains(index) {
            var damaged = PythonStreams.gzip
            damaged[index] ^= 0x41
            #expect(throws: BitdepthError.self, "byte \(index)") { try Gzip.inflate(ByteSource(damaged, path: "d.gz")) }
        }
        #expect(throws: BitdepthError.self) { try Gzip.inflate(ByteSource(PythonStreams.gzip + [0], path: "d.gz")) }
    }

    @Test("gzip: more than the limit is refused by the limit's name")
    func gzipLimit() throws {
        var limits = Limits()
        limits.inflatedBytes = 16
        let error = #expect(throws: BitdepthError.self) {
            try Gzip.inflate(ByteSource(PythonStreams.gzip, path: "a.gz"), limits: limits)
        }
        #expect(error?.code == .limitExceeded)
        #expect(error?.message.contains("inflatedBytes") == true)
    }
}
