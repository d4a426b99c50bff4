import BitdepthTensors

/// Scale and zero point of an affine map between reals and integers: `q = saturate(round(r / S) + Z)`, `r' = (q - Z) * S`.
///
/// Rounding is half to even and comes before the zero point is added; the division is a true FP32 division.
/// Source: ONNX QuantizeLinear-25; Jacob et al. 2018, section 2.1.
public struct QuantizationParameters: Sendable, Hashable {
    /// Always positive and normal.
    public let scale: Float
    public let zeroPoint: Int
    /// The smallest and largest code.
    public let codes: ClosedRange<Int>

    public init(scale: Float, zeroPoint: Int, codes: ClosedRange<Int>) {
        self.scale = scale
        self.zeroPoint = zeroPoint
        self.codes = codes
    }

    /// Parameters that map `range`, first widened to contain 0, onto the codes of a scheme.
    ///
    /// Everything is computed in Double and the scale then stored as FP32. 0.0 maps exactly to the zero point. A range
    /// of zero width, or one whose scale would be denormal, gives scale 1.
    public init(range: ClosedRange<Double>, scheme: QuantizationScheme) {
        let low = min(range.lowerBound, 0)
        let high = max(range.upperBound, 0)
        let codes = scheme.codes
        let steps = Double(codes.upperBound - codes.lowerBound)
        self.codes = codes
        if scheme.isSymmetric {
            let middle = scheme.isSigned ? 0 : (codes.upperBound + 1) / 2
            let scale = Float(max(-low, high) / Double(codes.upperBound - middle))
            zeroPoint = middle
            self.scale = QuantizationParameters.usable(scale)
            return
        }
        let scale = Float((high - low) / steps)
        guard QuantizationParameters.isUsable(scale) else {
            self.scale = 1
            zeroPoint = min(max(0, codes.lowerBound), codes.upperBound)
            return
        }
        // The product before the one division: dividing by a rounded scale gives 127 for [-1, 1].
        let zero = (Double(codes.lowerBound) - steps * low / (high - low)).rounded(.toNearestOrEven)
        self.scale = scale
        zeroPoint = Int(min(max(zero, Double(codes.lowerBound)), Double(codes.upperBound)))
    }

    /// Parameters for a range and the usual words.
    ///
    /// `QuantizationParameters(range: -1...1, bits: 8, signed: false, symmetric: false)` has scale 2/255 and zero point 128.
    public init(range: ClosedRange<Double>, bits: Int, signed: Bool, symmetric: Bool) {
        self.init(range: range, scheme: QuantizationScheme(bits: bits, isSigned: signed, isSymmetric: symmetric))
    }

    /// The code of a real number; NaN becomes the zero point, infinities saturate.
    @inlinable
    public func quantize(_ real: Float) -> Int {
        let steps = real / scale
        if steps.isNaN { return zeroPoint }
        let rounded = steps.rounded(.toNearestOrEven)
        let low = Float(codes.lowerBound - zeroPoint)
        let high = Float(codes.upperBound - zeroPoint)
        return Int(min(max(rounded, low), high)) + zeroPoint
    }

    /// The real number that a code stands for.
    @inlinable
    public func dequantize(_ code: Int) -> Float { Float(code - zeroPoint) * scale }

    /// What is left of a real number after quantizing and dequantizing it.
    @inlinable
    public func roundTrip(_ real: Float) -> Float { dequantize(quantize(real)) }

    /// The reals that the smallest and largest code stand for.
    public var range: ClosedRange<Float> { dequantize(codes.lowerBound)...dequantize(codes.upperBound) }

    private static func isUsable(_ scale: Float) -> Bool { scale.isNormal && scale > 0 }
    private static func usable(_ scale: Float) -> Float { isUsable(scale) ? scale : 1 }
}

extension QuantizationParameters {
    public func quantize(_ reals: [Float]) -> [Int] { reals.map(quantize) }
    public func dequantize(_ codes: [Int]) -> [Float] { codes.map(dequantize) }
}
