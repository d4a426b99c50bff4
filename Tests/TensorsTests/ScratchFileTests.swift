import Testing

@testable import BitdepthTensors

@Suite("Tensors in temporary files") struct ScratchFileTests {
    @Test("Tensors that were moved out keep their elements, types and shapes, however many there are")
    func roundTrip() throws {
        let file = try ScratchFile(in: "/tmp")
        let tensors = [
            try Tensor((0..<1000).map { Float($0) / 7 }, shape: [10, 100]), try Tensor([Int8](repeating: -3, count: 5)),
            try Tensor([Float](), shape: [0]), try Tensor(scalar: Int64.max),
        ]
        let moved = try tensors.map { tensor throws(BitdepthError) in try file.moved(tensor) }
        #expect(moved == tensors)
        #expect(moved.allSatisfy { $0.region != nil })
        #expect(file.count == 4000 + 5 + 8)
    }

    @Test("A moved tensor outlives the file that it was appended to")
    func lifetime() throws {
        let kept = try ScratchFile(in: "/tmp").moved(try Tensor([1, 2, 3] as [Float]))
        #expect(try kept.floats() == [1, 2, 3])
    }

    @Test("A folder that is not there is named in the error")
    func missingFolder() {
        do throws(BitdepthError) {
            _ = try ScratchFile(in: "/nowhere/at/all")
            Issue.record("a file was made in no folder")
        } catch {
            #expect(error.code == .cannotCreate)
            #expect(error.place.file == "/nowhere/at/all")
        }
    }
}
