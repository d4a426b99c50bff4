import Bitdepth
import Testing

@Suite("The numbers of the textbook") struct TextbookTests {
    @Test("The range -1 … 1 in unsigned 8 bits")
    func unitRange() {
        let parameters = QuantizationParameters(range: -1...1, bits: 8, signed: false, symmetric: false)
        #expect(parameters.scale == Float(2.0 / 255))
        #expect(parameters.zeroPoint == 128)
        #expect(parameters.quantize(0.5) == 192)
        #expect(abs(parameters.dequantize(192) - 0.501961) < 1e-6)
    }

    @Test("A tie rounds to even before the zero point is added")
    func tie() {
        let parameters = QuantizationParameters(scale: 1, zeroPoint: 1, codes: 0...255)
        #expect(parameters.quantize(0.5) == 1)
        #expect(parameters.quantize(1.5) == 3)
    }

    @Test("An elementwise multiply-add in integers only")
    func multiplyAdd() throws {
        let a: [Float] = [0.1, -0.5, 0.9, -0.1]
        let b: [Float] = [0.2, 0.4, -0.6, 0.7]
        let forA = QuantizationParameters(range: -0.5...0.9, bits: 8, signed: true, symmetric: false)
        let forB = QuantizationParameters(range: -0.6...0.7, bits: 8, signed: true, symmetric: false)
        let forY = QuantizationParameters(range: -0.49...0.07, bits: 8, signed: true, symmetric: false)
        #expect(abs(forA.scale - 0.00549020) < 1e-8 && forA.zeroPoint == -37)
        #expect(abs(forB.scale - 0.00509804) < 1e-8 && forB.zeroPoint == -10)
        #expect(abs(forY.scale - 0.00219608) < 1e-8 && forY.zeroPoint == 95)
        #expect(forA.quantize(a) == [-19, -128, 127, -55])
        #expect(forB.quantize(b) == [29, 68, -128, 127])
        let product = Double(forA.scale) * Double(forB.scale)
        let bias = Int((0.05 / product).rounded(.toNearestOrEven))
        let codes = zip(forA.quantize(a), forB.quantize(b)).map { p, q in
            // Zero points are taken off in 32 bits: in 8 bits 127 - (-37) would not fit.
            let sum = Int32(p - forA.zeroPoint) * Int32(q - forB.zeroPoint) + Int32(bias)
            let scaled = (Double(sum) * product / Double(forY.scale)).rounded(.toNearestOrEven)
            return min(max(Int(scaled) + forY.zeroPoint, -128), 127)
        }
        #expect(codes == [127, 27, -128, 86])
        let errors = zip(zip(a, b), codes).map { pair, code in
            abs(Double(pair.0 * pair.1) + 0.05 - Double(forY.dequantize(code)))
        }
        #expect(abs(try #require(errors.max()) - 6.67e-4) < 1e-6)
    }

    @Test("A constant range does not divide by zero")
    func constant() {
        for range in [0.05...0.05, 0.0...0.0, -3.0...(-3.0)] {
            for signed in [true, false] {
                for symmetric in [true, false] {
                    let parameters = QuantizationParameters(range: range, bits: 8, signed: signed, symmetric: symmetric)
                    #expect(parameters.scale.isNormal && parameters.scale > 0)
                    #expect(parameters.roundTrip(0) == 0)
                    #expect(
                        abs(parameters.roundTrip(Float(range.lowerBound)) - Float(range.lowerBound)) <= parameters.scale
                            / 2)
                }
            }
        }
    }
}
