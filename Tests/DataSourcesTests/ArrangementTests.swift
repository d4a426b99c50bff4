import BitdepthTensors
import Testing

@testable import BitdepthDataSources

@Suite("Arrays as samples")
struct ArrangementTests {
    struct Case: CustomTestStringConvertible {
        var array: [Int]
        var input: [Int?]
        var count: Int
        var sample: [Int]
        var layout: DataLayout?
        var testDescription: String { "\(array) for \(input)" }

        init(_ array: [Int], _ input: [Int?], _ count: Int, _ sample: [Int], layout: DataLayout? = nil) {
            (self.array, self.input, self.count, self.sample, self.layout) = (array, input, count, sample, layout)
        }
    }

    @Test(
        "The first axis counts samples, and missing axes of extent 1 are added",
        arguments: [
            Case([60, 28, 28], [nil, 1, 28, 28], 60, [1, 1, 28, 28]),
            Case([60, 28, 28], [nil, 28, 28, 1], 60, [1, 28, 28, 1]),
            Case([60, 28, 28], [1, 1, 28, 28], 60, [1, 1, 28, 28]),
            Case([60, 28, 28], [nil, nil, nil, nil], 60, [1, 1, 28, 28]),
            Case([60, 28, 28], [nil, 784], 60, [1, 784]),
            Case([60, 784], [nil, 1, 28, 28], 60, [1, 1, 28, 28]),
            Case([60, 3, 32, 32], [nil, 3, 32, 32], 60, [1, 3, 32, 32]),
            Case([60, 3, 32, 32], [nil, 3, nil, nil], 60, [1, 3, 32, 32]),
            Case([5, 60, 3, 8, 8], [nil, 3, 8, 8], 5, [60, 3, 8, 8]),
            Case([60, 1, 3, 8, 8], [1, 3, 8, 8], 60, [1, 3, 8, 8]),
            Case([60, 3, 8, 8], [4, 3, 8, 8], 15, [4, 3, 8, 8]),
            Case([7, 3, 8, 8], [7, 3, 8, 8], 1, [7, 3, 8, 8]),
            Case([28, 28], [1, 1, 28, 28], 1, [1, 1, 28, 28]),
            Case([28, 28], [28, 28], 1, [28, 28]),
            Case([9, 28, 28], [28, 28], 9, [28, 28]),
            Case([9, 100], [nil, nil], 9, [1, 100]),
            Case([9], [], 9, []),
            Case([9], [nil], 9, [1]),
            Case([128], [nil, nil], 1, [1, 128]),
            Case([100], [nil, 1], 100, [1, 1]),
            Case([3, 32, 32], [nil, 3, 32, 32], 1, [1, 3, 32, 32]),
            Case([60, 32, 32, 3], [nil, 3, 32, 32], 60, [1, 32, 32, 3], layout: .channelsLast),
            Case([60, 3, 32, 32], [nil, 32, 32, 3], 60, [1, 3, 32, 32], layout: .channelsFirst),
            Case([60, 32, 32, 3], [nil, 32, 32, 3], 60, [1, 32, 32, 3], layout: .channelsLast),
            Case([60, 32, 32], [nil, 1, 32, 32], 60, [1, 32, 32, 1], layout: .channelsLast),
        ])
    func arrangement(_ test: Case) throws {
        let found = try Arrangement(
            Shape(test.array), for: TestData.image(test.input), layout: test.layout, path: "a.npy")
        #expect(found.sampleCount == test.count)
        #expect(found.sampleShape.dimensions == test.sample)
    }

    @Test("Samples that do not fit are refused with the expected and the found shape")
    func mismatch() throws {
        let error = #expect(throws: BitdepthError.self) {
            try Arrangement(Shape([60, 28, 28]), for: TestData.image([nil, 1, 32, 32]), layout: nil, path: "a.npy")
        }
        #expect(error?.code == .badData)
        #expect(error?.message.contains("expected [1,32,32], found [28,28]") == true)
        #expect(error?.place.file == "a.npy")
    }

    @Test("Channels on the other side are not taken silently: the error says which layout to name")
    func swappedLayout() throws {
        let error = #expect(throws: BitdepthError.self) {
            try Arrangement(Shape([60, 32, 32, 3]), for: TestData.image([nil, 3, 32, 32]), layout: nil, path: "a.npy")
        }
        #expect(error?.help.first?.contains("layout=nhwc") == true)
    }

    @Test("Any shape finds an arrangement or an error, whatever the input", arguments: 0..<200)
    func anything(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        func extents() -> [Int] {
            (0..<generator.next(below: 6)).map { _ in [0, 1, 2, 3, 8, 28][generator.next(below: 6)] }
        }
        for _ in 0..<100 {
            let array = extents()
            let input = extents().map { $0 == 0 ? nil : $0 }
            guard let shape = try? Shape(array),
                let found = try? Arrangement(
                    shape, for: TestData.image(input), layout: DataLayout.allCases.randomElement(using: &generator),
                    path: "")
            else { continue }
            let rows = found.rowsPerSample.map { $0 * found.sampleCount } ?? array.first ?? 1
            #expect(rows == array.first ?? 1)
            #expect(found.sampleShape.count * found.sampleCount == shape.count)
        }
    }
}
