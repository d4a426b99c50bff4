import BitdepthTensors
import Testing

@testable import BitdepthFormats

@Suite("IDX files")
struct IDXTests {
    private func read(_ bytes: [UInt8]) throws(BitdepthError) -> Tensor {
        try IDX.read(ByteSource(bytes, path: "a-ubyte"))
    }

    @Test("Bytes keep their order and shape")
    func bytes() throws {
        let tensor = try read([0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 255])
        #expect(tensor == (try Tensor([1, 2, 3, 4, 5, 255] as [UInt8], shape: [2, 3])))
    }

    @Test("Wider elements are big-endian in the file")
    func wide() throws {
        #expect(try read([0, 0, 9, 1, 0, 0, 0, 1, 0xFE]) == Tensor([-2] as [Int8]))
        #expect(try read([0, 0, 0x0B, 1, 0, 0, 0, 1, 0xFF, 0xFE]) == Tensor([-2] as [Int16]))
        #expect(try read([0, 0, 0x0C, 1, 0, 0, 0, 1, 0, 1, 0, 0]) == Tensor([65536] as [Int32]))
        #expect(try read([0, 0, 0x0D, 1, 0, 0, 0, 1, 0x3F, 0xC0, 0, 0]) == Tensor([1.5] as [Float]))
        #expect(try read([0, 0, 0x0E, 1, 0, 0, 0, 1, 0x3F, 0xF8, 0, 0, 0, 0, 0, 0]) == Tensor([1.5]))
    }

    @Test(
        "Files that claim what they do not hold are refused",
        arguments: [
            [], [0], [0, 0, 8], [0, 0, 8, 1], [0, 0, 8, 1, 0, 0, 0], [0, 0, 8, 1, 0, 0, 0, 2, 1],
            [0, 0, 8, 1, 0, 0, 0, 1, 1, 1],
            [0, 0, 7, 1, 0, 0, 0, 1, 1], [1, 0, 8, 1, 0, 0, 0, 1, 1], [0, 0, 8, 200, 0, 0, 0, 1, 1],
            [0, 0, 8, 3, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255],
        ] as [[UInt8]])
    func malformed(bytes: [UInt8]) {
        let error = #expect(throws: BitdepthError.self) { try read(bytes) }
        #expect(error?.code.exitStatus == 65)
    }

    @Test("Uncompressed bytes stay in the file until they are used")
    func laziness() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write([0, 0, 8, 1, 0, 0, 0, 2, 5, 6], as: "labels")
        #expect(try IDX.read(path).region != nil)
        #expect(try IDX.read(path) == Tensor([5, 6] as [UInt8]))
    }
}
