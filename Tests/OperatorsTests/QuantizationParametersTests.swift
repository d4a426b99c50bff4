import Testing

@testable import BitdepthOperators

/// SplitMix64 (Steele et al. 2014): the same numbers on every machine.
private struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return z ^ z >> 31
    }
}

/// The zero point of a range of integers, by integers alone: `round_half_even(qmin - steps low / (high - low))`.
private func exactZeroPoint(low: Int128, high: Int128, codes: ClosedRange<Int>) -> Int {
    let width = high - low
    let numerator = Int128(codes.lowerBound) * width - Int128(codes.count - 1) * low
    var quotient = numerator / width
    var remainder = numerator % width
    if remainder < 0 {
        quotient -= 1
        remainder += width
    }
    if remainder * 2 > width || (remainder * 2 == width && quotient % 2 != 0) { quotient += 1 }
    return min(max(Int(quotient), codes.lowerBound), codes.upperBound)
}

private let asymmetric: [QuantizationScheme] = [
    .uint8Activations, .int8Activations, QuantizationScheme(bits: 4, isSigned: false, isSymmetric: false),
    QuantizationScheme(bits: 16, isSigned: true, isSymmetric: false),
    QuantizationScheme(bits: 2, isSigned: false, isSymmetric: false),
]

@Suite("Quantization parameters") struct QuantizationParametersTests {
    @Test("The textbook range [-1, 1] in unsigned 8 bits has scale 2/255 and zero point 128")
    func textbook() {
        let parameters = QuantizationParameters(range: -1...1, bits: 8, signed: false, symmetric: false)
        #expect(parameters.scale == Float(2.0 / 255))
        #expect(parameters.zeroPoint == 128)
        #expect(parameters.quantize(0.5) == 192)
        #expect(abs(parameters.dequantize(192) - 0.501961) < 1e-6)
        // FP32's 2/255 is a little more than 2/255, so that -1 is 127.49999 steps below zero.
        #expect(parameters.quantize([-1, 0, 1]) == [1, 128, 255])
    }

    @Test("The textbook's multiply-add needs nothing but integers")
    func multiplyAdd() {
        func int8(_ range: ClosedRange<Double>) -> QuantizationParameters {
            QuantizationParameters(range: range, bits: 8, signed: true, symmetric: false)
        }
        let (a, b, y) = (int8(-0.5...0.9), int8(-0.6...0.7), int8(-0.49...0.07))
        let (realA, realB): ([Float], [Float]) = ([0.1, -0.5, 0.9, -0.1], [0.2, 0.4, -0.6, 0.7])
        #expect((a.zeroPoint, b.zeroPoint, y.zeroPoint) == (-37, -10, 95))
        #expect(abs(a.scale - 0.00549020) < 1e-8)
        #expect(abs(b.scale - 0.00509804) < 1e-8)
        #expect(abs(y.scale - 0.00219608) < 1e-8)
        let (codesA, codesB) = (a.quantize(realA), b.quantize(realB))
        #expect(codesA == [-19, -128, 127, -55])
        #expect(codesB == [29, 68, -128, 127])

        // M = S_A S_B / S_Y as a 31-bit multiplier and a shift; everything after it is integer arithmetic.
        let productScale = Double(a.scale) * Double(b.scale)
        let bias = Int((0.05 / productScale).rounded(.toNearestOrEven))
        let shift = 37
        let multiplier = Int((productScale / Double(y.scale) * Double(1 << shift)).rounded(.toNearestOrEven))
        let codes = zip(codesA, codesB).map { codeA, codeB in
            let accumulator = (codeA - a.zeroPoint) * (codeB - b.zeroPoint) + bias
            let scaled = (accumulator * multiplier + 1 << (shift - 1)) >> shift
            return min(max(scaled + y.zeroPoint, -128), 127)
        }
        #expect(codes == [127, 27, -128, 86])
        let errors = zip(codes, zip(realA, realB)).map { abs(y.dequantize($0) - ($1.0 * $1.1 + 0.05)) }
        #expect(abs((errors.max() ?? 1) - 6.67e-4) < 1e-6)
    }

    @Test("Zero points equal exact rational arithmetic on 100,000 ranges", arguments: asymmetric)
    func exactRationals(scheme: QuantizationScheme) {
        var random = SplitMix64(state: UInt64(scheme.bits))
        var wrong = 0
        for index in 0..<100_000 {
            // Ranges as FP32 holds them: 24-bit integers, both times one power of two, of like or unlike size.
            let shift = Int(random.next() % 20)
            var low = -Int(random.next() % (1 << 24)) >> (index % 3 == 0 ? shift : 0)
            var high = Int(random.next() % (1 << 24)) >> (index % 3 == 1 ? shift : 0)
            // Small whole numbers meet ties.
            if index % 4 == 0 { (low, high) = (-Int(random.next() % 600), Int(random.next() % 600)) }
            guard high > low else { continue }
            let unit = Double(sign: .plus, exponent: Int(random.next() % 100) - 60, significand: 1)
            let parameters = QuantizationParameters(range: Double(low) * unit...Double(high) * unit, scheme: scheme)
            if parameters.zeroPoint != exactZeroPoint(low: Int128(low), high: Int128(high), codes: scheme.codes) {
                wrong += 1
            }
            let scale = Float(Double(high - low) * unit / Double(scheme.codes.count - 1))
            if parameters.scale != scale { wrong += 1 }
            if parameters.quantize(0) != parameters.zeroPoint || parameters.roundTrip(0) != 0 { wrong += 1 }
        }
        #expect(wrong == 0)
    }

    @Test("Ranges symmetric about zero have the zero point in the middle, whatever their size")
    func symmetricRanges() {
        var random = SplitMix64(state: 7)
        for _ in 0..<10_000 {
            let reach = Double(Float.random(in: 1e-20...1e20, using: &random))
            #expect(QuantizationParameters(range: -reach...reach, scheme: .uint8Activations).zeroPoint == 128)
            #expect(QuantizationParameters(range: -reach...reach, scheme: .int8Activations).zeroPoint == 0)
        }
    }

    @Test("A tie rounds to even before an odd zero point is added", arguments: [0, 1, 2, 127, 128, 254])
    func ties(zeroPoint: Int) {
        for scale: Float in [1, 0.25, 0x1p-20] {
            let parameters = QuantizationParameters(scale: scale, zeroPoint: zeroPoint, codes: 0...255)
            for step in -3...3 {
                let half = (Float(step) + 0.5) * scale
                let even = step % 2 == 0 ? step : step + 1
                #expect(parameters.quantize(half) == min(max(even + zeroPoint, 0), 255))
            }
        }
        #expect(QuantizationParameters(scale: 2, zeroPoint: 1, codes: 0...255).quantize(1) == 1)
    }

    @Test("r / S is a true FP32 division, not a product with 1 / S")
    func trueDivision() {
        var random = SplitMix64(state: 8)
        var different = 0
        for _ in 0..<20_000 {
            let scale = Float.random(in: 1e-3...1, using: &random)
            let real = (Float(random.next() % 100) + 0.5) * scale
            let code = QuantizationParameters(scale: scale, zeroPoint: 0, codes: 0...255).quantize(real)
            #expect(code == Int((real / scale).rounded(.toNearestOrEven)))
            if code != Int((real * (1 / scale)).rounded(.toNearestOrEven)) { different += 1 }
        }
        #expect(different > 0)
    }

    @Test("Dequantizing and quantizing again gives every code back, for 10,000 scales")
    func idempotence() {
        var random = SplitMix64(state: 9)
        var wrong = 0
        for _ in 0..<10_000 {
            let scale = Float(bitPattern: UInt32.random(in: 0x0080_0000...0x7B00_0000, using: &random))
            let zeroPoint = Int.random(in: 0...255, using: &random)
            let parameters = QuantizationParameters(scale: scale, zeroPoint: zeroPoint, codes: 0...255)
            for code in 0...255 where parameters.quantize(parameters.dequantize(code)) != code { wrong += 1 }
        }
        #expect(wrong == 0)
    }

    @Test("Inside the range the error is at most half a step, and larger reals never get smaller codes")
    func halfStepAndMonotone() {
        let parameters = QuantizationParameters(range: -0.7...2.1, scheme: .uint8Activations)
        var last = Int.min
        for step in -1500...3500 {
            let real = Float(step) * 1e-3
            let code = parameters.quantize(real)
            #expect(code >= last)
            last = code
            if parameters.range.contains(real) {
                #expect(abs(parameters.dequantize(code) - real) <= parameters.scale / 2 * 1.0001)
            }
        }
    }

    @Test("NaN becomes the zero point and infinities saturate", arguments: [0, 3, 255])
    func specials(zeroPoint: Int) {
        let parameters = QuantizationParameters(scale: 0.1, zeroPoint: zeroPoint, codes: 0...255)
        #expect(parameters.quantize(.nan) == zeroPoint)
        #expect(parameters.quantize(.infinity) == 255)
        #expect(parameters.quantize(-.infinity) == 0)
        #expect(parameters.quantize(.greatestFiniteMagnitude) == 255)
    }

    @Test("A scale that a file got wrong traps nothing", arguments: [0, -1, .nan, .infinity, 1e-45] as [Float])
    func wrongScale(scale: Float) {
        let parameters = QuantizationParameters(scale: scale, zeroPoint: 5, codes: 0...255)
        for real: Float in [0, 1, -1, .infinity, -.infinity, .nan] {
            #expect((0...255).contains(parameters.quantize(real)))
        }
    }

    @Test(
        "A range without width, or too narrow for a normal scale, gives scale 1 and an exact zero",
        arguments: asymmetric)
    func zeroWidth(scheme: QuantizationScheme) {
        for reach in [0, 1e-45, 1e-38, 1e-320] {
            let parameters = QuantizationParameters(range: 0...reach, scheme: scheme)
            #expect(parameters.scale == 1)
            #expect(parameters.zeroPoint == 0)
            var symmetric = scheme
            symmetric.isSymmetric = true
            let middle = scheme.isSigned ? 0 : 1 << (scheme.bits - 1)
            let other = QuantizationParameters(range: -0.0...0, scheme: symmetric)
            #expect(other.scale == 1)
            #expect(other.zeroPoint == middle)
        }
        let smallest = Double(Float.leastNormalMagnitude) * Double(scheme.codes.count - 1)
        #expect(QuantizationParameters(range: 0...smallest, scheme: scheme).scale == Float.leastNormalMagnitude)
        #expect(QuantizationParameters(range: -.infinity ... .infinity, scheme: scheme).scale == 1)
    }

    @Test("A range beside zero is widened to contain it")
    func widened() {
        #expect(
            QuantizationParameters(range: 3...5.1, scheme: .uint8Activations)
                == QuantizationParameters(range: 0...5.1, scheme: .uint8Activations))
        #expect(QuantizationParameters(range: 0...5.1, scheme: .uint8Activations).zeroPoint == 0)
        #expect(QuantizationParameters(range: -5.1 ... -3, scheme: .uint8Activations).zeroPoint == 255)
        #expect(QuantizationParameters(range: -5.1 ... -3, scheme: .int8Activations).zeroPoint == 127)
    }

    @Test("Symmetric schemes divide the largest magnitude by the largest code; weights leave out -128")
    func symmetric() {
        let weights = QuantizationParameters(range: -0.3...1.27, scheme: .int8Weights)
        #expect(weights.scale == Float(0.01))
        #expect(weights.zeroPoint == 0)
        #expect(weights.codes == -127...127)
        #expect(weights.quantize(-5) == -127)
        let unsigned = QuantizationParameters(range: -1.27...0, bits: 8, signed: false, symmetric: true)
        #expect(unsigned.scale == Float(0.01))
        #expect(unsigned.zeroPoint == 128)
        #expect(QuantizationParameters(range: -7...1, bits: 4, signed: true, symmetric: true).scale == 1)
    }
}
