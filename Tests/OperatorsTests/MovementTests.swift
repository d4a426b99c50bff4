import BitdepthGraphs
import BitdepthTensors
import Testing

@testable import BitdepthOperators

@Suite("Data movement") struct MovementTests {
    static let types = ElementType.allCases

    /// 0 … 5 (as truth: odd ones) as a matrix of 2 rows; of types that lack some of these, the bit patterns 0 … 5.
    private func matrix(_ type: ElementType) throws -> Tensor {
        let values = type == .bool ? [0, 1, 0, 1, 0, 1] : [0, 1, 2, 3, 4, 5]
        if MovementTests.countsPatterns(type) {
            return try Tensor(narrowPatterns: values.map { UInt8($0) }, shape: try Shape([2, 3]), type: type)
        }
        if type.isFloatingPoint { return try Tensor.floats(values.map { Float($0) }, [2, 3], type) }
        return try Tensor.ints(values, [2, 3], type)
    }

    private static func countsPatterns(_ type: ElementType) -> Bool { type.isNarrowFloat || type.bitWidth < 4 }

    private func numbers(_ tensor: Tensor) throws -> [Int] {
        if MovementTests.countsPatterns(tensor.type) { return try tensor.narrowPatterns().map { Int($0) } }
        return tensor.type.isFloatingPoint ? try tensor.floats().map { Int($0) } : try tensor.integers()
    }

    @Test("Every element type can be moved", arguments: types)
    func everyType(_ type: ElementType) throws {
        let x = try matrix(type)
        let modulus = type == .bool ? 2 : 1 << min(type.bitWidth, 8)
        func wanted(_ values: [Int]) -> [Int] { values.map { $0 % modulus } }
        #expect(try numbers(try OneNode("Transpose")(x)) == wanted([0, 3, 1, 4, 2, 5]))
        #expect(
            try numbers(try OneNode("Concat", [("axis", .int(1))])(x, x))
                == wanted([0, 1, 2, 0, 1, 2, 3, 4, 5, 3, 4, 5]))
        let slice = try OneNode("Slice")(x, try .ints([2]), try .ints([-9]), try .ints([1]), try .ints([-2]))
        #expect(try numbers(slice) == wanted([2, 0, 5, 3]))
        #expect(
            try numbers(try OneNode("Gather", [("axis", .int(1))])(x, try .ints([-1, 0]))) == wanted([2, 0, 5, 3]))
        #expect(try numbers(try OneNode("Pad")(x, try .ints([0, 1, 0, 0]))) == wanted([0, 0, 1, 2, 0, 3, 4, 5]))
        #expect(
            try numbers(try OneNode("Tile")(x, try .ints([1, 2]))) == wanted([0, 1, 2, 0, 1, 2, 3, 4, 5, 3, 4, 5]))
        let scattered = try OneNode("ScatterND")(x, try .ints([1], [1, 1]), try OneNode("Gather")(x, try .ints([0])))
        #expect(try numbers(scattered) == wanted([0, 1, 2, 0, 1, 2]))
        let parts = try OneNode("Split", [("axis", .int(1))], outputs: 2).evaluate([x])
        #expect(try parts.map(numbers) == [wanted([0, 1, 3, 4]), wanted([2, 5])])
        #expect(try numbers(try OneNode("Trilu", [("upper", .int(0))])(x)) == [0, 0, 0] + wanted([3, 4]) + [0])
    }

    @Test("Reshape copies extents, finds the open one and refuses what does not come out even")
    func reshape() throws {
        let x = try Tensor(zeros: try Shape([2, 3, 4]), type: .float32)
        #expect(try OneNode("Reshape")(x, try .ints([0, -1])).shape.dimensions == [2, 12])
        #expect(try OneNode("Reshape")(x, try .ints([-1, 8])).shape.dimensions == [3, 8])
        #expect(throws: BitdepthError.self) { try OneNode("Reshape")(x, try .ints([-1, 5])) }
        #expect(throws: BitdepthError.self) { try OneNode("Reshape")(x, try .ints([-1, -1])) }
        let nothing = try Tensor(zeros: try Shape([0, 3]), type: .float32)
        #expect(
            try OneNode("Reshape", [("allowzero", .int(1))])(nothing, try .ints([3, 0])).shape.dimensions == [3, 0])
    }

    @Test("What Reshape leaves open is known although the batch is not")
    func reshapeSymbolically() throws {
        let x = Fact(.float32, PartialShape([.symbol("batch"), .known(3), .known(4)]))
        let y = try OneNode("Reshape").infer([x, Fact(constant: try .ints([0, -1]))])
        #expect(y[0].type.shape == PartialShape([.symbol("batch"), .known(12)]))
    }

    // Results of ONNX Runtime for [1, 2, 3, 4].
    static let pads: [(mode: String, pads: [Int], expected: [Float])] = [
        ("constant", [2, 3], [0, 0, 1, 2, 3, 4, 0, 0, 0]), ("constant", [-1, 2], [2, 3, 4, 0, 0]),
        ("reflect", [2, 3], [3, 2, 1, 2, 3, 4, 3, 2, 1]), ("reflect", [-1, 2], [2, 3, 4, 3, 2]),
        ("edge", [2, 3], [1, 1, 1, 2, 3, 4, 4, 4, 4]), ("edge", [2, -1], [1, 1, 1, 2, 3]),
        ("wrap", [2, 3], [3, 4, 1, 2, 3, 4, 1, 2, 3]), ("wrap", [-1, 2], [2, 3, 4, 2, 3]),
        ("wrap", [2, -1], [2, 3, 1, 2, 3]),
    ]

    @Test("Pads of every mode agree with ONNX Runtime", arguments: pads.indices)
    func pad(_ index: Int) throws {
        let (mode, pads, expected) = Self.pads[index]
        let y = try OneNode("Pad", [("mode", .text(mode))])(try .floats([1, 2, 3, 4]), try .ints(pads))
        #expect(try y.floats() == expected)
    }

    @Test(
        "Slices clamp places outside and walk backwards",
        arguments: [
            ([0], [100], [1], [0, 1, 2, 3, 4]), ([-100], [2], [1], [0, 1]), ([4], [Int.min], [-1], [4, 3, 2, 1, 0]),
            ([Int.max], [0], [-2], [4, 2]), ([1], [Int.max], [Int.max], [1]), ([3], [Int.min], [Int.min], [3]),
            ([3], [3], [1], []),
        ])
    func slice(_ starts: [Int], _ ends: [Int], _ steps: [Int], _ expected: [Int]) throws {
        let y = try OneNode("Slice")(
            try .ints([0, 1, 2, 3, 4]), try .ints(starts), try .ints(ends), nil, try .ints(steps))
        #expect(try y.integers() == expected)
    }

    @Test(
        "Updates to one place are combined in order",
        arguments: [
            ("none", [1, 9, 3]), ("add", [1, 16, 3]), ("mul", [1, 90, 3]), ("max", [1, 9, 3]), ("min", [1, 2, 3]),
        ])
    func scatter(_ reduction: String, _ expected: [Int]) throws {
        let scatter = OneNode("ScatterElements", [("reduction", .text(reduction))])
        #expect(try scatter(try .ints([1, 2, 3]), try .ints([-2, 1]), try .ints([5, 9])).integers() == expected)
    }

    @Test(
        "A slice that begins before the first element and walks backwards takes the first element",
        arguments: [-6, Int.min])
    func sliceFromBefore(start: Int) throws {
        let x = try Tensor.ints([7, 8, 9])
        let y = try OneNode("Slice")(x, try .ints([start]), try .ints([Int.min]), try .ints([0]), try .ints([-1]))
        #expect(try y.integers() == [7])
        let nothing = try Tensor.ints([], [0])
        #expect(
            try OneNode("Slice")(nothing, try .ints([start]), try .ints([Int.min]), nil, try .ints([-1])).shape
                .dimensions == [0])
    }

    @Test("Among equals TopK takes the lower index first, NaN above all")
    func topK() throws {
        let x = try Tensor.floats([1, 3, .nan, 3, 2])
        let largest = try OneNode("TopK", outputs: 2).evaluate([x, try .ints([4])])
        #expect(try largest[1].integers() == [2, 1, 3, 4])
        let smallest = try OneNode("TopK", [("largest", .int(0))], outputs: 2).evaluate([x, try .ints([4])])
        #expect(try smallest[1].integers() == [0, 4, 1, 3])
    }

    @Test("The last of equal elements is selected where select_last_index is 1")
    func argMax() throws {
        let x = try Tensor.floats([2, 2, 1, 0, 3, 3], [2, 3])
        #expect(try OneNode("ArgMax", [("axis", .int(1))])(x).integers() == [0, 1])
        let last = OneNode("ArgMax", [("axis", .int(1)), ("select_last_index", .int(1)), ("keepdims", .int(0))])
        #expect(try last(x).integers() == [1, 2])
    }

    @Test("Unique entries ascend as words, and say where they came from")
    func unique() throws {
        let x = try Tensor.ints([1, 3, 1, 0, 1, 3], [3, 2])
        let y = try OneNode("Unique", [("axis", .int(0))], outputs: 4).evaluate([x])
        #expect(try y.map { try $0.integers() } == [[1, 0, 1, 3], [1, 0], [1, 0, 1], [1, 2]])
    }
}
