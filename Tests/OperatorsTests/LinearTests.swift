import BitdepthGraphs
import BitdepthTensors
import Testing

@testable import BitdepthOperators

@Suite("MatMul and Gemm") struct LinearTests {
    private let a: Tensor
    private let b: Tensor

    init() throws {
        a = try .floats([1, 2, 3, 4], [2, 2])
        b = try .floats([1, 0, 2, 1], [2, 2])
    }

    @Test(
        "Gemm transposes, scales and adds",
        arguments: [
            ([], [5, 2, 11, 4]),
            ([("transA", .int(1))], [7, 3, 10, 4]),
            ([("transB", .int(1))], [1, 4, 3, 10]),
            ([("alpha", .float(2))], [10, 4, 22, 8]),
        ] as [([(String, Attribute)], [Float])])
    func gemm(attributes: [(String, Attribute)], expected: [Float]) throws {
        #expect(try OneNode("Gemm", attributes)(a, b).floats() == expected)
    }

    @Test(
        "C broadcasts to the product and is scaled by beta",
        arguments: [
            ([2, 4], [2], [6, 4, 12, 6]), ([2, 4], [2, 1], [6, 3, 13, 6]), ([2], [], [6, 3, 12, 5]),
        ] as [([Float], [Int], [Float])])
    func gemmC(values: [Float], shape: [Int], expected: [Float]) throws {
        #expect(try OneNode("Gemm", [("beta", .float(0.5))])(a, b, try .floats(values, shape)).floats() == expected)
    }

    @Test("Integer products wrap in their own type")
    func integers() throws {
        let big = try Tensor.ints([1 << 30, 4], [1, 2], .int32)
        #expect(try OneNode("MatMul")(big, try .ints([4, 1], [2, 1], .int32)).integers() == [4])
        #expect(
            try OneNode("Gemm", [("alpha", .float(3))])(big, try .ints([1, 1], [2, 1], .int32)).integers() == [
                (3 << 30) + 12 - (1 << 32)
            ])
    }

    @Test(
        "Leading axes broadcast and vectors are rows or columns",
        arguments: [
            ([2], [2], [], [5]), ([2], [2, 3], [3], [9, 12, 15]), ([2, 2], [2], [2], [5, 11]),
            ([2, 1, 2], [2, 1], [2, 1, 1], [5, 11]), ([1, 1, 2], [2, 2, 1], [2, 1, 1], [5, 11]),
        ] as [([Int], [Int], [Int], [Float])])
    func matMul(left: [Int], right: [Int], shape: [Int], expected: [Float]) throws {
        let ramp = { (shape: [Int]) in try Tensor.floats((0..<shape.reduce(1, *)).map { Float($0 + 1) }, shape) }
        let y = try OneNode("MatMul")(try ramp(left), try ramp(right))
        #expect(y.shape.dimensions == shape)
        #expect(try y.floats() == expected)
        let fact = try #require(
            try OneNode("MatMul").infer([Fact(.float32, try Shape(left)), Fact(.float32, try Shape(right))]).first)
        #expect(fact.type.shape.shape?.dimensions == shape)
    }

    @Test("Names and unknown extents travel through a product")
    func partialShapes() throws {
        let x = Fact(.float32, PartialShape([.symbol("batch"), .unknown, .known(4)]))
        let w = Fact(.float32, PartialShape([.known(4), .known(8)]))
        let y = try OneNode("MatMul").infer([x, w])
        #expect(y.first?.dimensions == [.symbol("batch"), .unknown, .known(8)])
        let flat = Fact(.float32, PartialShape([.symbol("batch"), .known(4)]))
        #expect(try OneNode("Gemm").infer([flat, w]).first?.dimensions == [.symbol("batch"), .known(8)])
    }
}
