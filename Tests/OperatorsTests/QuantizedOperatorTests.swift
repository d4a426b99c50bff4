import BitdepthGraphs
import BitdepthTensors
import Testing

@testable import BitdepthOperators

@Suite("Operators of quantized values") struct QuantizedOperatorTests {
    private func scalar(_ value: Float, _ type: ElementType = .float32) throws -> Tensor {
        try .floats([value], [], type)
    }
    private func zero(_ value: Int, _ type: ElementType = .uint8) throws -> Tensor { try .ints([value], [], type) }

    @Test("Halves round to even before the zero point is added; NaN becomes the zero point, infinities saturate")
    func rounding() throws {
        let x = try Tensor.floats([0.5, 1.5, 2.5, -0.5, 1000, -1000, .nan, .infinity, -.infinity])
        let y = try OneNode("QuantizeLinear")(x, try scalar(1), try zero(11))
        #expect(try y.integers() == [11, 13, 13, 11, 255, 0, 11, 255, 0])
    }

    @Test(
        "The division is a true one: multiplying by the reciprocal gives another code",
        arguments: [
            (7.5 * 0.0236, 0.0236, 8), (114.5 * 0.07, 0.07, 115), (7.5 * 0.3, 0.3, 7),
        ] as [(Float, Float, Int)])
    func trueDivision(real: Float, scale: Float, code: Int) throws {
        #expect(Int((real * (1 / scale)).rounded(.toNearestOrEven)) != code)
        #expect(
            try OneNode("QuantizeLinear", [("output_dtype", .int(4))])(try .floats([real]), try scalar(scale))
                .integers() == [code])
    }

    @Test(
        "Every integer type saturates at its own ends",
        arguments: [
            ElementType.int2, .uint2, .int4, .uint4, .int8, .uint8, .int16, .uint16,
        ])
    func saturation(type: ElementType) throws {
        let range = try #require(type.integerRange)
        let y = try OneNode("QuantizeLinear")(try .floats([-1e9, 1e9, 0]), try scalar(1), try zero(1, type))
        #expect(y.type == type)
        #expect(try y.integers() == [range.lowerBound, range.upperBound, 1])
    }

    @Test("Without a zero point the codes are UINT8, or what output_dtype says")
    func outputType() throws {
        let x = try Tensor.floats([-1, 1])
        #expect(try OneNode("QuantizeLinear")(x, try scalar(1)).type == .uint8)
        let node = OneNode("QuantizeLinear", [("output_dtype", .int(22))])
        #expect(try node(x, try scalar(1)).type == .int4)
        #expect(try node.infer([Fact(TensorType(of: x)), Fact(.float32, Shape.scalar)]).first?.element == .int4)
        #expect(throws: BitdepthError.self) { try node(x, try scalar(1), try zero(0)) }
    }

    @Test("Scales lie along an axis, or on blocks of which the last may be short")
    func granularity() throws {
        let x = try Tensor.floats([1, 2, 3, 4, 5, 6], [2, 3])
        let axis = OneNode("QuantizeLinear", [("axis", .int(0))])
        #expect(
            try axis(x, try .floats([1, 0.5]), try .ints([0, 10], nil, .uint8)).integers() == [1, 2, 3, 18, 20, 22])
        let blocked = OneNode("DequantizeLinear", [("axis", .int(-1)), ("block_size", .int(2))])
        let codes = try Tensor.ints([1, 2, 3, 4, 5, 6], [2, 3], .int8)
        let y = try blocked(codes, try .floats([1, 10, 100, 1000], [2, 2]), try .ints([0, 1, 0, 2], [2, 2], .int8))
        #expect(try y.floats() == [1, 2, 20, 400, 500, 4000])
    }

    @Test("Dequantized values have the type of their scale unless it is said")
    func dequantize() throws {
        let codes = try Tensor.ints([0, 128, 255], nil, .uint8)
        let half = try OneNode("DequantizeLinear")(codes, try scalar(0.5, .float16), try zero(128))
        #expect(half.type == .float16)
        #expect(try half.floats() == [-64, 0, 63.5])
        let wide = try OneNode("DequantizeLinear", [("output_dtype", .int(1))])(
            codes, try scalar(0.5, .float16), try zero(128))
        #expect(wide.type == .float32)
        let accumulators = try Tensor.ints([-100_000, 7], nil, .int32)
        #expect(try OneNode("DequantizeLinear")(accumulators, try scalar(0.25)).floats() == [-25_000, 1.75])
    }

    @Test("A scale of nonsense gives codes and no trap", arguments: [0, -1, .nan, .infinity] as [Float])
    func badScales(scale: Float) throws {
        let y = try OneNode("QuantizeLinear")(try .floats([0, 1, .infinity]), try scalar(scale), try zero(7))
        #expect(try y.integers().allSatisfy { (0...255).contains($0) })
    }

    @Test("A dynamic range holds zero, and a flat one keeps scale 1")
    func dynamic() throws {
        let y = try OneNode("DynamicQuantizeLinear", outputs: 3).evaluate([try .floats([0, 2, -3, -2.5, 1.34, 0.5])])
        #expect(try y[0].integers() == [153, 255, 0, 26, 221, 179])
        #expect(try y[1].floats() == [Float(5) / 255])
        #expect(try y[2].integers() == [153])
        #expect(try OneNode("DynamicQuantizeLinear", outputs: 3).evaluate([try .floats([0, 0])])[1].floats() == [1])
    }

    @Test("Integer products subtract zero points before they multiply")
    func integerProducts() throws {
        let a = try Tensor.ints([11, 7, 3, 10, 6, 2], [2, 3], .uint8)
        let b = try Tensor.ints([1, 4, 2, 5, 3, 6], [3, 2], .uint8)
        #expect(try OneNode("MatMulInteger")(a, b, try zero(12), try zero(0)).integers() == [-38, -83, -44, -98])
        let perColumn = try Tensor.ints([1, 4], nil, .uint8)
        #expect(try OneNode("MatMulInteger")(a, b, nil, perColumn).integers() == [13, 13, 10, 10])
        let x = try Tensor.ints([2, 3, 4], [1, 1, 3], .uint8)
        let y = try OneNode("ConvInteger", [("pads", .ints([1, 0]))])(
            x, try .ints([1, 2], [1, 1, 2], .uint8), try zero(1))
        #expect(y.type == .int32)
        #expect(try y.integers() == [2, 5, 8])
    }

    @Test("Codes in, codes out: the product of scales requantizes the accumulator")
    func requantization() throws {
        let x = try Tensor.ints([10, 20], [1, 1, 2], .uint8)
        let w = try Tensor.ints([2, -3], [2, 1, 1], .int8)
        let y = try OneNode("QLinearConv")(
            x, try scalar(0.5), try zero(0), w, try .floats([0.5, 0.25]), try .ints([0, 0], nil, .int8), try scalar(1),
            try zero(100),
            try .ints([1, 2], nil, .int32))
        // (20 + 1) / 4 = 5.25, (40 + 1) / 4 = 10.25; (-30 + 2) / 8 = -3.5, (-60 + 2) / 8 = -7.25.
        #expect(try y.integers() == [105, 110, 96, 93])
        let product = try OneNode("QLinearMatMul")(
            try .ints([10, 20], [1, 2], .uint8), try scalar(0.5), try zero(0), try .ints([1, 100], [2, 1], .int8),
            try scalar(1),
            try zero(0, .int8), try scalar(1), try zero(0, .int8))
        #expect(try product.integers() == [127])
    }

    @Test("ONNX Runtime's operators from codes to codes")
    func contributed() throws {
        func node(_ type: String, _ attributes: [(String, Attribute)] = []) -> OneNode {
            OneNode(OperatorName(type, domain: "com.microsoft"), attributes)
        }
        let a = try Tensor.ints([10, 20], [1, 2], .uint8)
        let (half, one, none) = (try scalar(0.5), try scalar(1), try zero(0))
        #expect(try node("QLinearAdd")(a, half, none, a, one, none, one, none).integers() == [15, 30])
        #expect(try node("QLinearMul")(a, half, none, a, one, none, try scalar(10), none).integers() == [5, 20])
        #expect(
            try node("QLinearConcat", [("axis", .int(1))])(one, none, a, half, none, a, one, none).integers() == [
                5, 10, 10, 20,
            ])
        #expect(try node("QLinearSigmoid")(a, one, try zero(10), try scalar(1 / 256), none).integers() == [128, 255])
        #expect(
            try node("QLinearLeakyRelu", [("alpha", .float(0.5))])(a, one, try zero(14), one, try zero(50)).integers()
                == [48, 56])
        #expect(
            try node("QLinearSoftmax", [("opset", .int(13))])(
                try .ints([9, 9], [1, 2], .uint8), one, none, try scalar(1 / 256), none
            ).integers() == [128, 128])
        let plane = try a.reshaped(to: try Shape([1, 1, 2]))
        #expect(try node("QLinearGlobalAveragePool")(plane, one, none, one, none).integers() == [15])
        #expect(
            try node("QLinearAveragePool", [("kernel_shape", .ints([2]))])(plane, one, none, half, none).integers() == [
                30
            ])
        let gemm = node("QGemm", [("alpha", .float(2))])
        let b = try Tensor.ints([3, 1], [2, 1], .uint8)
        #expect(try gemm(a, half, none, b, one, none, try .ints([4], nil, .int32)).floats() == [54])
        #expect(try gemm(a, half, none, b, one, none, nil, one, try zero(1)).integers() == [51])
    }
}
