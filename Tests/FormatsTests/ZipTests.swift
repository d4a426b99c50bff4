import BitdepthTensors
import OrderedCollections
import Testing

@testable import BitdepthFormats

@Suite("Zip and npz")
struct ZipTests {
    private let tensors: OrderedDictionary<String, Tensor>

    init() throws {
        tensors = ["x": try Tensor([0, 1, 2] as [Float]), "y": try Tensor([7] as [UInt8], shape: [1, 1])]
    }

    private func archive(_ bytes: [UInt8]) throws(BitdepthError) -> OrderedDictionary<String, Tensor> {
        try NumPy.readArchive(ByteSource(bytes, path: "a.npz"))
    }

    @Test("Archives of numpy.savez and savez_compressed are read, in their order")
    func reading() throws {
        #expect(try archive(NumPyFiles.archive) == tensors)
        #expect(try archive(NumPyFiles.compressed) == tensors)
    }

    @Test("Sizes, offsets and counts in zip64 fields are read")
    func wide() throws {
        #expect(try archive(NumPyFiles.wideArchive) == tensors)
    }

    @Test("More members than 16 bits count are written and read")
    func manyMembers() throws {
        let folder = try TemporaryFolder()
        let file = try AtomicFile(folder.file("a.npz"))
        var writer = ZipWriter(file)
        let byte = try Tensor([9] as [UInt8])
        for index in 0..<66_000 { try writer.add("\(index)", [byte]) }
        try writer.finish()
        try file.commit()
        let archive = try ZipArchive(ByteSource.open(folder.file("a.npz")))
        #expect(archive.members.count == 66_000)
        let last = try archive.contents(of: try #require(archive.members.last))
        #expect(try last.bytes(at: 0, count: 1) == [9])
    }

    @Test("A stored array stays in the archive until it is used")
    func laziness() throws {
        let folder = try TemporaryFolder()
        let read = try NumPy.readArchive(try folder.write(NumPyFiles.archive, as: "a.npz"))
        #expect(read["x"]?.region != nil)
        #expect(read == tensors)
    }

    @Test("What is written is read back, and the same tensors give the same bytes", arguments: [false, true])
    func roundTrip(compressed: Bool) throws {
        let folder = try TemporaryFolder()
        var many = tensors
        many["größe"] = try Tensor([Int64](repeating: 5, count: 10_000))
        try NumPy.writeArchive(many, to: folder.file("a.npz"), compressed: compressed)
        try NumPy.writeArchive(many, to: folder.file("b.npz"), compressed: compressed)
        let bytes = try folder.read("a.npz")
        #expect(try folder.read("b.npz") == bytes)
        #expect(try NumPy.readArchive(folder.file("a.npz")) == many)
        if compressed, Inflate.usesZlib { #expect(bytes.count < 10_000) } else { #expect(bytes.count > 80_000) }
    }

    @Test("An empty archive has no arrays")
    func empty() throws {
        let folder = try TemporaryFolder()
        try NumPy.writeArchive([:], to: folder.file("a.npz"))
        #expect(try folder.read("a.npz").count == 22)
        #expect(try NumPy.readArchive(folder.file("a.npz")).isEmpty)
    }

    @Test(
        "Every cut of an archive is an error of status 65",
        arguments: [NumPyFiles.archive, NumPyFiles.compressed, NumPyFiles.wideArchive])
    func truncation(bytes: [UInt8]) {
        for cut in bytes.indices {
            let error = #expect(throws: BitdepthError.self, "cut at \(cut)") { try archive(Array(bytes[..<cut])) }
            #expect(error?.code.exitStatus == 65)
        }
    }

    @Test(
        "Bytes changed at random give the same arrays or an error, never a trap",
        arguments: [NumPyFiles.archive, NumPyFiles.compressed, NumPyFiles.wideArchive])
    func mutation(bytes: [UInt8]) {
        var numbers = TestNumbers(3)
        var refused = 0
        for _ in 0..<20_000 {
            var damaged = bytes
            for _ in 0...numbers.next() % 3 {
                damaged[Int(numbers.next()) % damaged.count] =
                    [0, 1, 0x7F, 0x80, 0xFF, UInt8(numbers.next() % 256)][Int(numbers.next()) % 6]
            }
            do throws(BitdepthError) { _ = try archive(damaged) } catch {
                refused += error.code.exitStatus == 65 || error.code.exitStatus == 69 ? 1 : 0
            }
        }
        #expect(refused > 10_000)
    }

    @Test("A damaged element is noticed by the checksum")
    func checksum() throws {
        var bytes = NumPyFiles.archive
        let one: [UInt8] = [0, 0, 128, 63]
        let position = try #require(bytes.indices.first { bytes[$0...].starts(with: one) })
        bytes[position + 3] = 62
        let error = #expect(throws: BitdepthError.self) { try archive(bytes) }
        #expect(error?.message.contains("checksum") == true)
    }

    @Test("Two members of one name are refused")
    func duplicates() throws {
        var bytes = NumPyFiles.archive
        for index in bytes.indices where bytes[index...].starts(with: Array("y.npy".utf8)) {
            bytes[index] = UInt8(ascii: "x")
        }
        let error = #expect(throws: BitdepthError.self) { try archive(bytes) }
        #expect(error?.message.contains("two members") == true)
    }

    @Test("Members that share bytes are refused")
    func overlap() throws {
        // The directory's second entry is made to point to the first one's header.
        var bytes = NumPyFiles.archive
        let entries = bytes.indices.filter { bytes[$0...].starts(with: [0x50, 0x4B, 1, 2]) }
        for index in 42..<46 { bytes[entries[1] + index] = bytes[entries[0] + index] }
        let error = #expect(throws: BitdepthError.self) { try archive(bytes) }
        #expect(error?.message.contains("overlap") == true)
    }

    @Test("A name that is no UTF-8 is refused")
    func badName() {
        var bytes = NumPyFiles.archive
        for index in bytes.indices where bytes[index...].starts(with: Array("y.npy".utf8)) { bytes[index] = 0xFF }
        #expect(throws: BitdepthError.self) { try archive(bytes) }
    }

    @Test("More members than the limit are refused by the limit's name")
    func memberLimit() {
        var limits = Limits()
        limits.zipMembers = 1
        let error = #expect(throws: BitdepthError.self) {
            try NumPy.readArchive(ByteSource(NumPyFiles.archive, path: "a"), limits: limits)
        }
        #expect(error?.code == .limitExceeded)
        #expect(error?.message.contains("zipMembers") == true)
    }

    @Test("A member of any other kind than .npy is named")
    func foreignMember() throws {
        let folder = try TemporaryFolder()
        let file = try AtomicFile(folder.file("a.npz"))
        var writer = ZipWriter(file)
        try writer.add("readme.txt", [try Tensor(Array("hi".utf8))])
        try writer.finish()
        try file.commit()
        let error = #expect(throws: BitdepthError.self) { try NumPy.readArchive(folder.file("a.npz")) }
        #expect(error?.message.contains("readme.txt") == true)
    }
}
