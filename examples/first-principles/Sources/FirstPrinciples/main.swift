import Bitdepth

// 1. A real number r becomes the integer q = saturate(round(r / S) + Z), and stands for (q - Z) · S.
let unit = QuantizationParameters(range: -1...1, bits: 8, signed: false, symmetric: false)
print("range [-1, 1] in uint8: S = \(unit.scale), Z = \(unit.zeroPoint)")
print("0.5 → \(unit.quantize(0.5)) → \(unit.dequantize(unit.quantize(0.5)))")

// 2. Rounding is half to even, and comes before Z is added: with an odd Z that makes a difference at ties.
let odd = QuantizationParameters(scale: 1, zeroPoint: 1, codes: 0...255)
print("r / S = 0.5 with Z = 1 → \(odd.quantize(0.5))")

// 3. Y = A · B + bias, element by element, on signed 8-bit integers alone.
let a: [Float] = [0.1, -0.5, 0.9, -0.1]
let b: [Float] = [0.2, 0.4, -0.6, 0.7]
let bias: Float = 0.05

func parameters(_ range: ClosedRange<Double>) -> QuantizationParameters {
    QuantizationParameters(range: range, bits: 8, signed: true, symmetric: false)
}
let forA = parameters(-0.5...0.9)
let forB = parameters(-0.6...0.7)
let forY = parameters(-0.49...0.07)
let codesOfA = forA.quantize(a)
let codesOfB = forB.quantize(b)
print("A: S = \(forA.scale), Z = \(forA.zeroPoint), codes \(codesOfA)")
print("B: S = \(forB.scale), Z = \(forB.zeroPoint), codes \(codesOfB)")

// The bias is a 32-bit integer in units of S_A · S_B, with zero point 0. (Four equal numbers have a range of no width: a
// scale made from it would divide by zero.)
let unitOfProducts = Double(forA.scale) * Double(forB.scale)
let integerBias = Int32((Double(bias) / unitOfProducts).rounded(.toNearestOrEven))
print("bias: S = S_A · S_B = \(Float(unitOfProducts)), code \(integerBias)")

// Zero points are taken off in 32 bits; in 8 bits 127 - (-37) would not fit.
let sums = zip(codesOfA, codesOfB).map { Int32($0 - forA.zeroPoint) * Int32($1 - forB.zeroPoint) + integerBias }
print("sums: \(sums)")

// From units of S_A · S_B to those of Y, and back into 8 bits.
let multiplier = unitOfProducts / Double(forY.scale)
let codesOfY = sums.map { sum in
    min(max(Int((Double(sum) * multiplier).rounded(.toNearestOrEven)) + forY.zeroPoint, -128), 127)
}
print("Y: S = \(forY.scale), Z = \(forY.zeroPoint), codes \(codesOfY)")

let exact = zip(a, b).map { Double($0) * Double($1) + Double(bias) }
let found = codesOfY.map { Double(forY.dequantize($0)) }
let largestError = zip(exact, found).map { abs($0 - $1) }.max() ?? 0
print("exact \(exact.map { Float($0) }), found \(found.map { Float($0) }), largest error \(Float(largestError))")
