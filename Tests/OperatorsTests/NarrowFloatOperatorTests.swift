import BitdepthGraphs
import BitdepthTensors
import Testing

@testable import BitdepthOperators

@Suite("Operators of floats of at most 8 bits") struct NarrowFloatOperatorTests {
    static let codeTypes = ElementType.allCases.filter { $0.isNarrowFloat && $0 != .float8e8m0 }

    private func cast(_ values: [Float], to type: Int, _ attributes: [(String, Attribute)] = []) throws -> Tensor {
        try OneNode("Cast", [("to", .int(type))] + attributes)(try .floats(values))
    }

    @Test("Cast saturates unless it is told not to")
    func saturation() throws {
        #expect(try cast([1000, -.infinity, 1.0625], to: 17).floats() == [448, -448, 1])
        let strict = try cast([1000, -.infinity, 1.0625], to: 19, [("saturate", .int(0))])
        #expect(strict.type == .float8e5m2)
        #expect(try strict.floats() == [1024, -.infinity, 1])
        #expect(try cast([1000], to: 17, [("saturate", .int(0))]).floats().allSatisfy(\.isNaN))
        #expect(try cast([3.4, -9], to: 27).floats() == [3.5, -7.5])
    }

    @Test("E8M0 rounds as round_mode says, up by default")
    func roundMode() throws {
        for (mode, expected) in [("up", [2, 4]), ("down", [1, 2]), ("nearest", [1, 4])] as [(String, [Float])] {
            #expect(try cast([1.25, 3], to: 24, [("round_mode", .text(mode))]).floats() == expected)
        }
        #expect(try cast([1.25], to: 24).floats() == [2])
        #expect(throws: BitdepthError.self) { try cast([1], to: 24, [("round_mode", .text("even"))]) }
    }

    @Test("CastLike takes the same attributes")
    func castLike() throws {
        let like = try Tensor(zeros: .vector(1), type: .float8e5m2)
        let node = OneNode("CastLike", [("saturate", .int(0))])
        #expect(try node(try .floats([1e9]), like).floats() == [.infinity])
        #expect(try OneNode("CastLike")(try .floats([1e9]), like).floats() == [57344])
    }

    @Test("Quantization to floats rounds the quotient once and saturates", arguments: codeTypes)
    func quantize(_ type: ElementType) throws {
        let zero = try Tensor(zeros: .scalar, type: type)
        let y = try OneNode("QuantizeLinear")(try .floats([1, -3, 2.2, 1e9, -0.0]), try .floats([2], []), zero)
        #expect(y.type == type)
        let format = try #require(NarrowFloat(type))
        let expected = [0.5, -1.5, Double(Float(2.2) / 2), 1e9, -0.0].map { format.pattern($0) }
        #expect(try y.narrowPatterns() == expected)
        let back = try OneNode("DequantizeLinear")(y, try .floats([2], []), zero)
        #expect(try back.floats().prefix(2) == [1, -3])
        #expect(try back.floats() == y.floats().map { $0 * 2 })
    }

    @Test("Scales lie along an axis or on blocks, and may be powers of two themselves")
    func granularity() throws {
        let x = try Tensor.floats([1, 2, 3, 4, 5, 6], [2, 3])
        let axis = OneNode("QuantizeLinear", [("axis", .int(0)), ("output_dtype", .int(23))])
        #expect(try axis(x, try .floats([1, 2])).floats() == [1, 2, 3, 2, 2, 3])
        let blocked = OneNode(
            "DequantizeLinear", [("axis", .int(1)), ("block_size", .int(2)), ("output_dtype", .int(1))])
        let codes = try Tensor.floats([1, 2, 3, 4, 6, -6], [2, 3], .float4e2m1)
        let scales = try Tensor.floats([1, 8, 0.5, 2], [2, 2], .float8e8m0)
        #expect(try blocked(codes, scales).floats() == [1, 2, 24, 2, 3, -12])
        let quantized = OneNode(
            "QuantizeLinear", [("axis", .int(1)), ("block_size", .int(2)), ("output_dtype", .int(23))])
        #expect(try quantized(try .floats([1, 2, 24, 2, 3, -12], [2, 3]), scales) == codes)
    }

    @Test("Infinity and NaN appear where saturate is 0")
    func strictQuantization() throws {
        let node = OneNode("QuantizeLinear", [("output_dtype", .int(19)), ("saturate", .int(0))])
        let y = try node(try .floats([1e9, -1e9, .nan]), try .floats([1], []))
        #expect(try y.narrowPatterns() == [0x7C, 0xFC, 0x7E])
    }

    @Test("A zero point that is not zero is added before rounding")
    func zeroPoint() throws {
        let y = try OneNode("QuantizeLinear")(
            try .floats([1, -8]), try .floats([1], []), try .floats([2], [], .float4e2m1))
        #expect(try y.floats() == [3, -6])
    }

    @Test("The quotient is rounded to the precision first")
    func precision() throws {
        // 1.0625 + 2^-12 is above the tie of E4M3 in FP32, and the tie itself in BF16.
        let x = try Tensor.floats([1.0625 + 0x1p-12])
        for (precision, expected) in [(1, 1.125), (16, 1)] as [(Int, Float)] {
            let node = OneNode("QuantizeLinear", [("output_dtype", .int(17)), ("precision", .int(precision))])
            #expect(try node(x, try .floats([1], [])).floats() == [expected])
        }
    }

    @Test("E8M0 is no type of codes, and a scale of it does not say the result's type")
    func refused() throws {
        #expect(throws: BitdepthError.self) {
            try OneNode("QuantizeLinear", [("output_dtype", .int(24))])(try .floats([1]), try .floats([1], []))
        }
        #expect(throws: BitdepthError.self) {
            try OneNode("QuantizeLinear", [("output_dtype", .int(10))])(try .floats([1]), try .floats([1], []))
        }
        let codes = try Tensor.floats([1], nil, .float4e2m1)
        #expect(throws: BitdepthError.self) {
            try OneNode("DequantizeLinear")(codes, try .floats([1], [], .float8e8m0))
        }
        #expect(throws: BitdepthError.self) {
            try OneNode("DequantizeLinear").infer([Fact(TensorType(of: codes)), Fact(.float8e8m0, Shape.scalar)])
        }
        #expect(throws: BitdepthError.self) {
            try OneNode("DequantizeLinear", [("output_dtype", .int(17))])(codes, try .floats([1], []))
        }
    }
}
