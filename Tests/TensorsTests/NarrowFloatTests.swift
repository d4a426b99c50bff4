import Testing

@testable import BitdepthTensors

@Suite("Floats of at most 8 bits") struct NarrowFloatTests {
    static let types = ElementType.allCases.filter(\.isNarrowFloat)
    static let signed = types.filter { $0 != .float8e8m0 }

    /// Ends of the formats as the OCP and ONNX documents print them.
    @Test(
        "Smallest and largest numbers",
        arguments: [
            (ElementType.float8e4m3fn, 0x1p-9, 448, 0x7E), (.float8e4m3fnuz, 0x1p-10, 240, 0x7F),
            (.float8e5m2, 0x1p-16, 57344, 0x7B), (.float8e5m2fnuz, 0x1p-17, 57344, 0x7F),
            (.float6e2m3, 0.125, 7.5, 0x1F), (.float6e3m2, 0.0625, 28, 0x1F), (.float4e2m1, 0.5, 6, 7),
        ] as [(ElementType, Float, Float, UInt8)])
    func ends(type: ElementType, smallest: Float, largest: Float, pattern: UInt8) throws {
        let format = try #require(NarrowFloat(type))
        #expect(format.float(1) == smallest)
        #expect(format.float(pattern) == largest)
        #expect(format.pattern(Double(largest)) == pattern)
        // Half of the smallest number is a tie, whose even neighbour is zero.
        #expect(format.pattern(Double(smallest) / 2) == 0)
        #expect(format.pattern(Double(smallest) * 0.75) == 1)
    }

    @Test("Every pattern comes back, NaN as NaN", arguments: types)
    func roundTrip(type: ElementType) throws {
        let format = try #require(NarrowFloat(type))
        for pattern in UInt8(0)...UInt8((1 << type.bitWidth) - 1) {
            let value = format.float(pattern)
            for saturates in [true, false] where value.isFinite || !saturates {
                let back = format.pattern(Double(value), rule: .init(saturates: saturates))
                #expect(value.isNaN ? format.float(back).isNaN : back == pattern, "\(pattern) is \(value)")
            }
        }
    }

    @Test("Numbers between two neighbours round to the nearer, ties to even, on either side of zero", arguments: signed)
    func rounding(type: ElementType) throws {
        let format = try #require(NarrowFloat(type))
        let signBit = UInt8(1) << UInt8(type.bitWidth - 1)
        for low in UInt8(0)..<signBit - 1 where format.float(low + 1).isFinite {
            let middle = (Double(format.float(low)) + Double(format.float(low + 1))) / 2
            #expect(format.float(low) < format.float(low + 1))
            for (value, expected) in [
                (middle, low % 2 == 0 ? low : low + 1), (middle.nextDown, low), (middle.nextUp, low + 1),
            ] {
                #expect(format.pattern(value) == expected)
                let isUnsignedZero = expected == 0 && format.float(signBit).isNaN
                #expect(format.pattern(-value) == (isUnsignedZero ? 0 : expected | signBit))
            }
        }
    }

    /// The tables of ONNX's Cast: 0, -0, NaN, infinities, and numbers beyond the largest.
    @Test(
        "What no number of the format stands for",
        arguments: [
            (ElementType.float8e4m3fn, true, [0, 0x80, 0x7F, 0x7E, 0xFE, 0x7E, 0xFE]),
            (.float8e4m3fn, false, [0, 0x80, 0x7F, 0x7F, 0xFF, 0x7F, 0xFF]),
            (.float8e4m3fnuz, true, [0, 0, 0x80, 0x7F, 0xFF, 0x7F, 0xFF]),
            (.float8e4m3fnuz, false, [0, 0, 0x80, 0x80, 0x80, 0x80, 0x80]),
            (.float8e5m2, true, [0, 0x80, 0x7E, 0x7B, 0xFB, 0x7B, 0xFB]),
            (.float8e5m2, false, [0, 0x80, 0x7E, 0x7C, 0xFC, 0x7C, 0xFC]),
            (.float8e5m2fnuz, true, [0, 0, 0x80, 0x7F, 0xFF, 0x7F, 0xFF]),
            (.float8e5m2fnuz, false, [0, 0, 0x80, 0x80, 0x80, 0x80, 0x80]),
            (.float6e2m3, false, [0, 0x20, 0, 0x1F, 0x3F, 0x1F, 0x3F]),
            (.float4e2m1, false, [0, 8, 0, 7, 15, 7, 15]),
        ] as [(ElementType, Bool, [UInt8])])
    func special(type: ElementType, saturates: Bool, expected: [UInt8]) throws {
        let format = try #require(NarrowFloat(type))
        let values: [Double] = [0, -0.0, .nan, .infinity, -.infinity, 1e30, -1e30]
        #expect(values.map { format.pattern($0, rule: .init(saturates: saturates)) } == expected)
    }

    @Test("Only what is too large after rounding is too large")
    func roundedFirst() throws {
        let format = try #require(NarrowFloat(.float8e4m3fn))
        let strict = NarrowFloatRule(saturates: false)
        // The next number would be 480; half of the way is a tie to the even 448.
        #expect(format.pattern(464, rule: strict) == 0x7E)
        #expect(format.pattern(464.nextUp, rule: strict) == 0x7F)
    }

    @Test("E8M0 holds the powers of two from 2^-127 to 2^127 and one NaN")
    func powersOfTwo() throws {
        let format = try #require(NarrowFloat(.float8e8m0))
        for pattern in UInt8(0)...254 {
            #expect(format.float(pattern) == Float(sign: .plus, exponent: Int(pattern) - 127, significand: 1))
        }
        #expect(format.float(255).isNaN)
    }

    /// Answers of ONNX Runtime 1.32, which the table of Cast-24 agrees with.
    @Test(
        "E8M0 rounds up, down or to the nearest, and is left at either end",
        arguments: [
            (NarrowFloatRule(powerRounding: .up), [254, 254, 254, 1, 0, 0, 128, 128, 128, 129, 0, 0, 255]),
            (
                .init(saturates: false, powerRounding: .up),
                [255, 254, 255, 1, 0, 255, 128, 128, 128, 129, 255, 255, 255]
            ),
            (.init(powerRounding: .down), [254, 254, 254, 1, 0, 0, 127, 127, 127, 128, 0, 0, 255]),
            (.init(powerRounding: .nearest), [254, 254, 254, 1, 0, 0, 127, 128, 128, 129, 0, 0, 255]),
            (
                .init(saturates: false, powerRounding: .nearest),
                [255, 254, 255, 1, 0, 255, 127, 128, 128, 129, 255, 255, 255]
            ),
        ] as [(NarrowFloatRule, [UInt8])])
    func powerRounding(rule: NarrowFloatRule, expected: [UInt8]) throws {
        let format = try #require(NarrowFloat(.float8e8m0))
        let values: [Double] = [
            .infinity, 0x1p127, 0x1.3p127, 0x1p-126, 0x1p-127, 0x1p-128, 1.3, 1.5, 1.6, 3, 0, -2, .nan,
        ]
        #expect(values.map { format.pattern($0, rule: rule) } == expected)
    }

    @Test("Doubles are rounded once, not first to FP32")
    func onceRounded() throws {
        // FP32 would round this to the tie 1.0625 of E4M3, which goes to 1.
        let value = 1.0625 + 0x1p-40
        #expect(Double(Float(value)) == 1.0625)
        #expect(try Tensor([value]).converted(to: .float8e4m3fn).floats() == [1.125])
    }
}
