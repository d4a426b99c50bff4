import BitdepthOperators

extension ValueDensity {
    /// The expected squared error of quantizing the values and back, in squared units of the tensor.
    func squaredError(of parameters: QuantizationParameters) -> Double {
        guard total.count > 0 else { return 0 }
        let levels = parameters.codes.count
        let sum = levels <= segments.count ? sumOverCodes(parameters) : sumOverSegments(parameters)
        return max(sum, 0) / total.count
    }

    /// Σ over codes of the error of the values that round to it, `Σx² - 2r Σx + r² n` with r the code's real number.
    func sumOverCodes(_ parameters: QuantizationParameters) -> Double {
        let scale = Double(parameters.scale)
        let last = parameters.codes.upperBound - parameters.zeroPoint
        var below = Moments()
        var segment = 0
        var error = 0.0
        for code in parameters.codes.lowerBound - parameters.zeroPoint...last {
            let upTo = code == last ? total : moments(to: (Double(code) + 0.5) * scale, from: &segment)
            let here = upTo - below
            let real = Double(code) * scale
            error += here.squares - 2 * real * here.sum + real * real * here.count
            below = upTo
        }
        return error
    }

    /// Σ over bins of the integral of `(x - Q(x))²`: F(upper) - F(lower), with `F(u) = k S³ / 12 + (u - k S)³ / 3` and k
    /// the code of u less the zero point.
    func sumOverSegments(_ parameters: QuantizationParameters) -> Double {
        let scale = Double(parameters.scale)
        let lowest = Double(parameters.codes.lowerBound - parameters.zeroPoint)
        let highest = Double(parameters.codes.upperBound - parameters.zeroPoint)
        func code(_ u: Double) -> Double { min(max((u / scale).rounded(.toNearestOrEven), lowest), highest) }
        var error = 0.0
        for segment in segments {
            let from = code(segment.lower)
            let to = code(segment.upper)
            let start = segment.lower - from * scale
            let end = segment.upper - to * scale
            let width = segment.upper - segment.lower
            if width == 0 {
                error += segment.count * start * start
            } else {
                let integral = (to - from) * scale * scale * scale / 12 + (end * end * end - start * start * start) / 3
                error += segment.count * (integral / width)
            }
        }
        return error
    }
}
