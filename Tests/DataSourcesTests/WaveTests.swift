import BitdepthFormats
import BitdepthTensors
import Testing

@testable import BitdepthDataSources

@Suite("WAV files")
struct WaveTests {
    private func read(_ bytes: [UInt8], channels: Int = 1) throws -> [[Double]] {
        let file = try WaveFile(try ByteSource(bytes, path: "x.wav"))
        return try file.read(0..<file.format.frames, channels: channels)
    }

    @Test("Integers of every width are parts of full scale, floats stay as they are")
    func encodings() throws {
        #expect(try read(WaveFixtures.file([0, 128, 192], bits: 8)) == [[-1, 0, 0.5]])
        #expect(try read(WaveFixtures.pcm([.min, 0, 16384])) == [[-1, 0, 0.5]])
        #expect(try read(WaveFixtures.file([0, 0, 0x80, 0, 0, 0x40, 1, 0, 0], bits: 24)) == [[-1, 0.5, 0x1p-23]])
        let wide = [Int32.min, 1 << 30].flatMap(WaveFixtures.little)
        #expect(try read(WaveFixtures.file(wide, bits: 32)) == [[-1, 0.5]])
        let single = [Float(0.1), -2].flatMap { WaveFixtures.little($0.bitPattern) }
        #expect(try read(WaveFixtures.file(single, tag: 3, bits: 32)) == [[Double(Float(0.1)), -2]])
        let double = [0.1, -2].flatMap { WaveFixtures.little($0.bitPattern) }
        #expect(try read(WaveFixtures.file(double, tag: 3, bits: 64)) == [[0.1, -2]])
    }

    @Test("One channel is the mean of all, one is copied to many, and other numbers are an error")
    func channels() throws {
        let stereo = WaveFixtures.pcm([8192, 16384, 0, -16384], channels: 2)
        #expect(try read(stereo, channels: 2) == [[0.25, 0], [0.5, -0.5]])
        #expect(try read(stereo) == [[0.375, -0.25]])
        #expect(try read(WaveFixtures.pcm([16384]), channels: 2) == [[0.5], [0.5]])
        #expect(throws: BitdepthError.self) { try read(stereo, channels: 3) }
    }

    @Test("Unknown chunks, extensible formats, RF64 and a length that a pipe left open are understood")
    func headers() throws {
        let noted = WaveFixtures.file(WaveFixtures.little(Int16(16384)), extra: WaveFixtures.chunk("LIST", [1, 2, 3]))
        #expect(try read(noted) == [[0.5]])
        let guid: [UInt8] = WaveFixtures.little(UInt16(3)) + [UInt8](repeating: 9, count: 14)
        let extensible =
            WaveFixtures.fields(0xFFFE, 32, 1, 16000) + WaveFixtures.little(UInt16(22))
            + WaveFixtures.little(UInt16(32))
            + WaveFixtures.little(UInt32(0)) + guid
        let head = Array("RIFF".utf8) + [0, 0, 0, 0] + Array("WAVE".utf8)
        let float = WaveFixtures.little(Float(0.25).bitPattern)
        #expect(try read(head + WaveFixtures.chunk("fmt ", extensible) + WaveFixtures.chunk("data", float)) == [[0.25]])
        let format = WaveFixtures.chunk("fmt ", WaveFixtures.fields(1, 16, 1, 8000))
        let open = Array("data".utf8) + [255, 255, 255, 255] + [0, 0x40, 0, 0xC0]
        #expect(try read(head + format + open) == [[0.5, -0.5]])
        let sizes = WaveFixtures.chunk(
            "ds64", WaveFixtures.little(UInt64(0)) + WaveFixtures.little(UInt64(2)) + [UInt8](repeating: 0, count: 12))
        #expect(try read(Array("RF64".utf8) + head.dropFirst(4) + sizes + format + open) == [[0.5]])
    }

    @Test("A file that is cut anywhere, or lies, is an error or shorter, never a crash")
    func hostile() throws {
        let whole = WaveFixtures.file([1, 2, 3, 4, 5, 6], extra: WaveFixtures.chunk("fact", [1, 2, 3, 4]))
        for count in 0..<whole.count {
            let error = #expect(throws: BitdepthError.self) { try read(Array(whole[..<count])) }
            #expect(error?.code == .truncatedFile || error?.code == .malformedFile)
            #expect(error?.place.offset != nil && error?.place.file == "x.wav")
        }
        for position in 12..<44 {
            for value: UInt8 in [0, 1, 127, 128, 255] {
                var changed = whole
                changed[position] = value
                _ = try? read(changed)
            }
        }
        let compressed = #expect(throws: BitdepthError.self) {
            try read(WaveFixtures.file([0, 0], tag: 0x55))
        }
        #expect(compressed?.code == .unsupportedFormat)
        let zero = #expect(throws: BitdepthError.self) { try read(WaveFixtures.file([0, 0], rate: 0)) }
        #expect(zero?.code == .malformedFile && zero?.place.offset == 20)
        let chunks = [UInt8](WaveFixtures.file([])[..<12]) + (0..<5000).flatMap { _ in WaveFixtures.chunk("junk", []) }
        #expect(throws: BitdepthError.self) { try read(chunks) }
    }
}
