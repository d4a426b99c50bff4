import BitdepthGraphs
import BitdepthTensors
import Testing

@testable import BitdepthOperators

/// What operator sets 26 to 28 brought.
@Suite("Operator sets 26 to 28") struct LatestVersionTests {
    @Test(
        "CumProd multiplies up to each element",
        arguments: [(0, 0, [1, 2, 6]), (1, 0, [1, 1, 2]), (0, 1, [6, 6, 3]), (1, 1, [6, 3, 1])])
    func cumProd(exclusive: Int, reverse: Int, expected: [Int]) throws {
        let node = OneNode("CumProd", [("exclusive", .int(exclusive)), ("reverse", .int(reverse))])
        let axis = try Tensor(scalar: Int32(0))
        #expect(try node(try .ints([1, 2, 3]), axis).integers() == expected)
        #expect(try node(try .floats([1, 2, 3]), axis).floats() == expected.map { Float($0) })
    }

    @Test("BitCast reads the same bits as another type of their width")
    func bitCast() throws {
        let bits = try OneNode("BitCast", [("to", .int(6))])(try .floats([1, -2]))
        #expect(try bits.integers() == [0x3F80_0000, -0x4000_0000])
        #expect(try OneNode("BitCast", [("to", .int(1))])(bits).floats() == [1, -2])
        let bytes = try OneNode("BitCast", [("to", .int(3))])(try .ints([255, 128], nil, .uint8))
        #expect(try bytes.integers() == [-1, -128])
        #expect(throws: BitdepthError.self) { try OneNode("BitCast", [("to", .int(11))])(try .floats([1])) }
    }

    @Test("Shifts of signed numbers: copies of the sign follow, and a distance beyond all bits leaves them alone")
    func shifts() throws {
        let (x, y) = (
            try Tensor.ints([-8, -8, -8, 8, 100], nil, .int8), try Tensor.ints([1, 9, -1, -1, 1], nil, .int8)
        )
        #expect(try OneNode("BitShift", [("direction", .text("RIGHT"))])(x, y).integers() == [-4, -1, -1, 0, 50])
        #expect(try OneNode("BitShift", [("direction", .text("LEFT"))])(x, y).integers() == [-16, 0, 0, 0, -56])
    }

    @Test("The remainder of floats has the sign of the divisor, a zero too")
    func remainder() throws {
        let y = try OneNode("Mod")(
            try .floats([-7, 7, -6, 1, 1, 0, .infinity, 1]), try .floats([3, -3, 3, -.infinity, .infinity, -2, 2, 0]))
        let values = try y.floats()
        #expect(values[...5] == [2, -2, 0, -.infinity, 1, 0])
        #expect(values[2].sign == .plus && values[5].sign == .minus)
        #expect(values[6].isNaN && values[7].isNaN)
    }

    @Test("SpaceToDepth of either mode is undone by DepthToSpace of the same", arguments: ["DCR", "CRD"])
    func spaceToDepth(mode: String) throws {
        let attributes: [(String, Attribute)] = [("blocksize", .int(2)), ("mode", .text(mode))]
        let x = try Tensor.ints(Array(0..<48), [1, 3, 4, 4])
        let deep = try OneNode("SpaceToDepth", attributes)(x)
        #expect(try deep.integers()[4] == (mode == "DCR" ? 16 : 1))
        #expect(try OneNode("DepthToSpace", attributes)(deep) == x)
    }

    @Test("Range of half precision does not stand still where a step no longer shows")
    func range() throws {
        let y = try OneNode("Range", [("stash_type", .int(1))])(
            try Tensor(floats: [2046], shape: .scalar, type: .float16),
            try Tensor(floats: [2054], shape: .scalar, type: .float16),
            try Tensor(floats: [1], shape: .scalar, type: .float16))
        #expect(try y.floats() == [2046, 2047, 2048, 2048, 2050, 2052, 2052, 2052])
    }
}
