import Testing

@testable import BitdepthTensors

@Suite("16-bit floats") struct HalfPrecisionTests {
    /// The value of a binary16 pattern by the definition, in Double.
    private func definition(_ bits: UInt16) -> Double {
        let sign = bits & 0x8000 != 0 ? -1.0 : 1.0
        let exponent = Int(bits >> 10 & 31)
        let mantissa = Double(bits & 1023)
        switch exponent {
        case 31: return mantissa == 0 ? sign * .infinity : .nan
        case 0: return sign * mantissa / 16_777_216
        default:
            var value = (1024 + mantissa) / 1024
            for _ in 0..<abs(exponent - 15) { value = exponent > 15 ? value * 2 : value / 2 }
            return sign * value
        }
    }

    @Test("All 65,536 binary16 patterns have the value of the definition, and come back")
    func binary16() {
        for bits in UInt16.min...UInt16.max {
            let value = HalfPrecision.float(binary16: bits)
            let expected = definition(bits)
            if expected.isNaN {
                #expect(value.isNaN)
                let back = HalfPrecision.binary16(value)
                #expect(HalfPrecision.float(binary16: back).isNaN && back & 0x8000 == bits & 0x8000)
                continue
            }
            guard Double(value) == expected, value.sign == (bits & 0x8000 == 0 ? .plus : .minus),
                HalfPrecision.binary16(value) == bits
            else {
                Issue.record("pattern \(bits) gave \(value), expected \(expected)")
                return
            }
        }
    }

    @Test("Numbers between two binary16 neighbours round to the nearer, ties to even")
    func rounding() {
        for bits in UInt16(0)..<0x7C00 {
            let (low, high) = (definition(bits), bits == 0x7BFF ? 65_536 : definition(bits + 1))
            let middle = Float((low + high) / 2)
            let even = bits % 2 == 0 ? bits : bits + 1
            guard HalfPrecision.binary16(middle) == even, HalfPrecision.binary16(middle.nextDown) == bits,
                HalfPrecision.binary16(middle.nextUp) == bits + 1, HalfPrecision.binary16(-middle) == even | 0x8000
            else {
                Issue.record("between \(low) and \(high)")
                return
            }
        }
        #expect(HalfPrecision.binary16(1e30) == 0x7C00)
        #expect(HalfPrecision.binary16(-.infinity) == 0xFC00)
        #expect(HalfPrecision.binary16(1e-30) == 0)
        #expect(HalfPrecision.binary16(-0.0) == 0x8000)
    }

    @Test("All 65,536 bfloat16 patterns are the upper half of an FP32 pattern, and come back")
    func bfloat16() {
        for bits in UInt16.min...UInt16.max {
            let value = HalfPrecision.float(bfloat16: bits)
            guard value.bitPattern == UInt32(bits) << 16 else { Issue.record("pattern \(bits)"); return }
            let back = HalfPrecision.bfloat16(value)
            guard value.isNaN ? HalfPrecision.float(bfloat16: back).isNaN : back == bits else {
                Issue.record("pattern \(bits)"); return
            }
            guard value.isFinite, bits & 0x7FFF < 0x7F7F else { continue }
            // The tie between this pattern and the next one.
            let middle = Float(bitPattern: UInt32(bits) << 16 | 0x8000)
            let even = bits % 2 == 0 ? bits : bits + 1
            guard HalfPrecision.bfloat16(middle) == even,
                HalfPrecision.bfloat16(Float(bitPattern: middle.bitPattern - 1)) == bits,
                HalfPrecision.bfloat16(Float(bitPattern: middle.bitPattern + 1)) == bits + 1
            else { Issue.record("between \(bits) and its neighbour"); return }
        }
        #expect(HalfPrecision.bfloat16(.greatestFiniteMagnitude) == 0x7F80)
    }
}
