import BitdepthOperators

/// A weight scale with which no sum of products lies near the middle between two codes of the result.
///
/// An engine that multiplies codes gets the sum of a convolution exactly; one that multiplies the dequantized floats gets it
/// with errors of a few units in the last place. Both round to codes of the result, and where the sum lies next to a tie they
/// may round apart; layers behind multiply such differences until deep networks give visibly other results in every engine.
///
/// The result in its own steps is `sum / n` with `n = outputScale / (inputScale * scale)` and an integer `sum`. A tie is a sum
/// of `n (j + 1/2)`. For an odd `n` that is never an integer: every sum keeps half a unit of distance, thousands of times
/// the error of a float sum. For `n = p / 2^k` with an odd `p` the distance is `1 / 2^(k + 1)`; a small `n` takes such a
/// fraction, so that no scale has to grow by 1 % for it.
struct TieFreeScale {
    let inputScale: Float
    let outputScale: Float

    /// Tie-free scales from `scale` on (to a rounding of FP32) up to 1 % above, smallest first and never none; the scale
    /// itself where a step of a product is larger than one of the result.
    func scales(from scale: Float) -> [Float] {
        let units = Double(outputScale) / (Double(inputScale) * Double(scale))
        guard units >= 1, units < TieFreeScale.largestUnits else { return [scale] }
        var fraction = 1.0
        while units * fraction < TieFreeScale.leastNumerator { fraction *= 2 }
        let whole = (units * fraction).rounded(.down)
        let odd = whole.truncatingRemainder(dividingBy: 2) == 1 ? whole : whole - 1
        var found: [Float] = []
        for step in 0..<TieFreeScale.mostScales {
            let numerator = odd - 2 * Double(step)
            guard step == 0 || numerator >= 0.99 * units * fraction else { break }
            let widened = Float(Double(outputScale) * fraction / (Double(inputScale) * numerator))
            guard widened.isNormal else { return [scale] }
            found.append(max(widened, scale))
        }
        return found
    }

    private static let mostScales = 16
    /// From here on the next odd number is less than 1 % away.
    private static let leastNumerator = 256.0
    /// Sums of that many units have no exact float any more.
    private static let largestUnits = 0x1p24
}
