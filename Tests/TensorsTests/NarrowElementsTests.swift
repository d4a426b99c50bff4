import Testing

@testable import BitdepthTensors

@Suite("Elements of at most 8 bits") struct NarrowElementsTests {
    static let types = ElementType.allCases.filter { $0.bitWidth <= 8 }

    @Test("Every number of patterns is stored without gaps and comes back", arguments: types)
    func roundTrip(type: ElementType) throws {
        let mask = UInt8((1 << type.bitWidth) - 1)
        for count in 0...9 {
            let patterns = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 37 + 11) & mask }
            let tensor = try Tensor(narrowPatterns: patterns, shape: .vector(count), type: type)
            #expect(tensor.byteCount == (count * type.bitWidth + 7) / 8)
            #expect(try tensor.narrowPatterns() == patterns)
        }
    }

    /// Bytes by the layouts that onnx.proto draws.
    @Test(
        "Elements fill bytes from the lowest bit on",
        arguments: [
            (ElementType.uint2, [1, 2, 3, 0, 2], [0b00_11_10_01, 0b10]),
            (.float4e2m1, [0x1, 0xE, 0x7], [0xE1, 0x07]),
            (.float6e2m3, [0x01, 0x22, 0x33, 0x3C, 0x15], [0x81, 0x38, 0xF3, 0x15]),
            (.float8e5m2, [0x12, 0x34], [0x12, 0x34]),
        ] as [(ElementType, [UInt8], [UInt8])])
    func layout(type: ElementType, patterns: [UInt8], bytes: [UInt8]) throws {
        let tensor = try Tensor(narrowPatterns: patterns, shape: .vector(patterns.count), type: type)
        #expect(try tensor.withBytes { Array($0) } == bytes)
    }

    @Test("Signed patterns are two's complement")
    func signs() throws {
        let patterns: [UInt8] = [0, 1, 2, 3]
        #expect(try Tensor(narrowPatterns: patterns, shape: .vector(4), type: .int2).integers() == [0, 1, -2, -1])
        #expect(try Tensor(narrowPatterns: patterns, shape: .vector(4), type: .uint2).integers() == [0, 1, 2, 3])
        #expect(try Tensor([Int32(5), -3, 6]).converted(to: .int2).integers() == [1, 1, -2])
    }

    @Test("Casts go from every type to every narrow one", arguments: types.filter { $0 != .bool && $0 != .float8e8m0 })
    func casts(type: ElementType) throws {
        for source in ElementType.allCases where source != .float8e8m0 {
            let ones = try Tensor([Float(0), 1, 1]).converted(to: source)
            #expect(try ones.converted(to: type).doubles() == [0, 1, 1])
            #expect(try ones.converted(to: type).type == type)
        }
    }

    @Test("Wider elements have no such patterns")
    func refused() throws {
        #expect(throws: BitdepthError.self) { try Tensor([Int16(1)]).narrowPatterns() }
        #expect(throws: BitdepthError.self) { try Tensor(narrowPatterns: [1], shape: .vector(1), type: .float16) }
        #expect(throws: BitdepthError.self) { try Tensor(narrowPatterns: [1], shape: .vector(2), type: .int4) }
    }
}
