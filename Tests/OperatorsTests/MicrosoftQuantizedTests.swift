import BitdepthGraphs
import BitdepthTensors
import Testing

@testable import BitdepthOperators

@Suite("Quantized operators of ONNX Runtime") struct MicrosoftQuantizedTests {
    /// N 1, K 2 in one block of 16: codes 3 and 10 of 4 bits in the first byte.
    private func matMulNBits(
        _ zeroPoints: Tensor?, groups: Tensor? = nil, bias: Tensor? = nil, packed: [Int]? = nil
    ) throws -> [Float] {
        let codes = try Tensor.ints(packed ?? [0xA3] + [Int](repeating: 0, count: 7), [1, 1, 8], .uint8)
        let node = OneNode(
            .microsoft("MatMulNBits"), [("K", .int(2)), ("N", .int(1)), ("bits", .int(4)), ("block_size", .int(16))])
        return try node(
            try .floats([1, 10], [1, 2]), codes, try .floats([0.5], [1, 1]), zeroPoints, groups, bias
        ).floats()
    }

    @Test("MatMulNBits takes the low bits of a byte first and the middle of the range for 0")
    func nBits() throws {
        // (3 - 8) / 2 + 10 · (10 - 8) / 2
        #expect(try matMulNBits(nil) == [7.5])
        #expect(try matMulNBits(nil, bias: try .floats([100])) == [107.5])
    }

    @Test("Zero points of MatMulNBits are packed like codes, or floats")
    func zeroPoints() throws {
        // (3 - 2) / 2 + 10 · (10 - 2) / 2
        #expect(try matMulNBits(try .ints([0xF2], [1, 1], .uint8)) == [40.5])
        // (3 - 2.5) / 2 + 10 · (10 - 2.5) / 2
        #expect(try matMulNBits(try .floats([2.5], [1, 1])) == [37.75])
    }

    @Test("MatMulNBits follows the order of blocks that g_idx gives")
    func groups() throws {
        let node = OneNode(
            .microsoft("MatMulNBits"), [("K", .int(17)), ("N", .int(1)), ("bits", .int(8)), ("block_size", .int(16))])
        let a = try Tensor.floats([1] + [Float](repeating: 0, count: 15) + [1], [1, 17])
        let codes = try Tensor.ints([Int](repeating: 129, count: 32), [1, 2, 16], .uint8)
        let groups = try Tensor.ints([1] + [Int](repeating: 0, count: 16), [17], .int32)
        let scales = try Tensor.floats([3, 5], [1, 2])
        #expect(try node(a, codes, scales, nil, groups).floats() == [5 + 3])
        #expect(try node(a, codes, scales).floats() == [3 + 5])
    }

    @Test("A weight of no bytes gives zeros, or the bias")
    func omittedWeight() throws {
        let node = OneNode(.microsoft("MatMulNBits"), [("K", .int(2)), ("N", .int(2)), ("block_size", .int(16))])
        let y = try node(
            try .floats([1, 10], [1, 2]), try Tensor(zeros: try Shape([0, 1, 8]), type: .uint8),
            try Tensor(zeros: try Shape([0, 1]), type: .float32), nil, nil, try .floats([4, 5]))
        #expect(try y.floats() == [4, 5])
    }

    @Test("GatherBlockQuantized gives zeros for an index that is outside, and counts negative ones from the end")
    func gather() throws {
        let node = OneNode(
            .microsoft("GatherBlockQuantized"), [("block_size", .int(16)), ("quantize_axis", .int(1))])
        let data = try Tensor.ints([0x10, 0xF8], [2, 1], .uint8)
        let y = try node(data, try .ints([-1, 2, 0]), try .floats([1, 0.5], [2, 1]))
        #expect(y.shape.dimensions == [3, 2])
        #expect(try y.floats() == [0, 3.5, 0, 0, -8, -7])
    }

    @Test("Codes of a 4-bit type are gathered with 0 for 0")
    func gatherTyped() throws {
        let node = OneNode(
            .microsoft("GatherBlockQuantized"),
            [("block_size", .int(16)), ("gather_axis", .int(1)), ("quantize_axis", .int(0))])
        let data = try Tensor.ints([-8, 7, 1, 2], [2, 2], .int4)
        let y = try node(data, try .ints([1], []), try .floats([1, 0.5], [1, 2]), try .ints([0, 1], [1, 2], .int4))
        #expect(try y.floats() == [3, 0.5])
    }

    @Test("Sums of MatMulInteger16 wrap in 32 bits")
    func wrapping() throws {
        let a = try Tensor.ints([-32768, -32768], [1, 2], .int16)
        let b = try Tensor.ints([-32768, -32768], [2, 1], .int16)
        #expect(try OneNode(.microsoft("MatMulInteger16"))(a, b).integers() == [-2_147_483_648])
    }

    @Test("DynamicQuantizeMatMul quantizes A in 255 steps of its range")
    func dynamic() throws {
        // Scale 1, zero point 0: 2.4 becomes 2, 255 stays.
        let y = try OneNode(.microsoft("DynamicQuantizeMatMul"))(
            try .floats([2.4, 255], [1, 2]), try .ints([3, 1], [2, 1], .int8), try Tensor(scalar: Float(0.5)), nil,
            try .floats([1]))
        #expect(try y.floats() == [(2 * 3 + 255) * 0.5 + 1])
    }

    @Test("QLinearWhere brings both operands to the scale of the output")
    func choice() throws {
        let scale = { (value: Float) in try Tensor(scalar: value) }
        let zero = { (value: Int) in try Tensor.ints([value], [], .uint8) }
        let y = try OneNode(.microsoft("QLinearWhere"))(
            try .bools([true, false]), try .ints([20], [1], .uint8), try scale(0.5), try zero(10),
            try .ints([9, 13], [2], .uint8), try scale(2), try zero(10), try scale(1), try zero(100))
        // (20 - 10) · 0.5 + 100 and (13 - 10) · 2 + 100.
        #expect(try y.integers() == [105, 106])
    }

    @Test("QLinearConv with channels last is that with channels first")
    func channelsLast() throws {
        let x = try Tensor.ints((0..<24).map { $0 * 11 % 256 }, [1, 2, 4, 3], .uint8)
        let w = try Tensor.ints((0..<12).map { $0 * 7 - 40 }, [3, 2, 2, 1], .int8)
        let scale = try Tensor(scalar: Float(0.05))
        func conv(_ node: OneNode, _ x: Tensor) throws -> Tensor {
            try node(
                x, scale, try .ints([120], [], .uint8), w, try .floats([0.1, 0.2, 0.05]),
                try .ints([0, 0, 0], [3], .int8),
                try Tensor(scalar: Float(1.5)), try .ints([128], [], .uint8))
        }
        let last = try conv(
            OneNode(.microsoft("QLinearConv"), [("channels_last", .int(1))]), try x.permuted([0, 2, 3, 1]))
        #expect(try last.permuted([0, 3, 1, 2]) == conv(OneNode("QLinearConv"), x))
    }
}
