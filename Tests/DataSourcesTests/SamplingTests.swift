import BitdepthTensors
import Testing

@testable import BitdepthDataSources

/// Samples that hold one number each.
private struct NumberSource: SampleSource {
    var numbers: [Int32]
    var count: Int { numbers.count }
    var summary: String { "numbers" }

    func sample(at index: Int) throws(BitdepthError) -> Sample {
        try checkIndex(index)
        return Sample(name: "\(index)", ["x": try Tensor([numbers[index]], shape: [1, 1])])
    }
}

extension SampleSource {
    fileprivate func numbers() throws -> [Int32] {
        try (0..<count).flatMap { try sample(at: $0).tensors["x"]?.array(of: Int32.self) ?? [] }
    }
}

@Suite("Choosing samples")
struct SamplingTests {
    private let source = NumberSource(numbers: (0..<1000).map { Int32($0) })

    @Test("The first, evenly spaced and drawn samples")
    func subsets() throws {
        #expect(try source.first(3).numbers() == [0, 1, 2])
        #expect(try source.evenly(4).numbers() == [0, 250, 500, 750])
        #expect(source.evenly(2000).count == 1000)
        #expect(source.first(-1).count == 0)
        let drawn = try source.shuffled(300, seed: 1).numbers()
        #expect(Set(drawn).count == 300)
        #expect(try source.shuffled(300, seed: 1).numbers() == drawn)
        #expect(try source.shuffled(300, seed: 2).numbers() != drawn)
        #expect(try source.shuffled(5000).numbers().sorted() == source.numbers)
    }

    @Test("The hold-out is a tenth, and the same set for every order of the samples")
    func holdOut() throws {
        let split = try HoldOut.split(source)
        #expect(split.check.count == 100)
        #expect(split.calibration.count == 900)
        #expect(try Set(split.check.numbers() + split.calibration.numbers()).count == 1000)
        let turned = try HoldOut.split(NumberSource(numbers: source.numbers.reversed()))
        #expect(try turned.check.numbers() == split.check.numbers())
        // Not the first or last ones only.
        #expect(try split.check.numbers().contains { $0 < 300 } && split.check.numbers().contains { $0 > 700 })
    }

    @Test("Equal samples stay on one side; all equal are parted by number; one cannot be parted")
    func holdOutOfEqual() throws {
        let pairs = try HoldOut.split(NumberSource(numbers: (0..<100).map { Int32($0 / 2) }))
        #expect(try Set(pairs.check.numbers()).isDisjoint(with: pairs.calibration.numbers()))
        let same = try HoldOut.split(NumberSource(numbers: [Int32](repeating: 4, count: 20)))
        #expect(same.check.count == 2 && same.calibration.count == 18)
        #expect(throws: BitdepthError.self) { try HoldOut.split(NumberSource(numbers: [1])) }
    }

    @Test("The content hash sees names, types, shapes and bytes, not the sample's name")
    func contentHash() throws {
        let base = Sample(name: "a", ["x": try Tensor([1, 2] as [Int32])])
        let hash = try ContentHash(of: base)
        #expect(try ContentHash(of: Sample(name: "b", base.tensors)) == hash)
        #expect(try ContentHash(of: Sample(["y": Tensor([1, 2] as [Int32])])) != hash)
        #expect(try ContentHash(of: Sample(["x": Tensor([1, 2] as [UInt32])])) != hash)
        #expect(try ContentHash(of: Sample(["x": Tensor([1, 2] as [Int32], shape: [2, 1])])) != hash)
        #expect(try ContentHash(of: Sample(["x": Tensor([1, 3] as [Int32])])) != hash)
    }

    @Test("A batch concatenates along the first axis, and is parted again")
    func batch() throws {
        let samples = [
            Sample(name: "a", ["x": try Tensor([1, 2] as [Float], shape: [1, 2])]),
            Sample(name: "b", ["x": try Tensor([3, 4, 5, 6] as [Float], shape: [2, 2])]),
        ]
        let batch = try Batch.assemble(samples)
        let tensor = try #require(batch.tensors["x"])
        #expect(try tensor == Tensor([1, 2, 3, 4, 5, 6] as [Float], shape: [3, 2]))
        #expect(try Batch.split(tensor, rows: [1, 2]) == samples.compactMap { $0.tensors["x"] })
        #expect(throws: BitdepthError.self) { try Batch.split(tensor, rows: [1, 3]) }
    }

    @Test("Samples of different shapes, types or names are no batch")
    func badBatch() throws {
        let first = Sample(name: "a", ["x": try Tensor([1, 2] as [Float], shape: [1, 2])])
        for other in [
            ["x": try Tensor([1, 2, 3] as [Float], shape: [1, 3])],
            ["x": try Tensor([1, 2] as [Int32], shape: [1, 2])],
            ["y": try Tensor([1, 2] as [Float], shape: [1, 2])], ["x": try Tensor(scalar: Float(1))],
        ] {
            let error = #expect(throws: BitdepthError.self) { try Batch.assemble([first, Sample(name: "b", other)]) }
            #expect(error?.code == .badData)
            #expect(error?.place.sample == "b")
        }
        #expect(throws: BitdepthError.self) { try Batch.assemble([]) }
    }
}
