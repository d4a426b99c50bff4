// The C library picks its `log` and `exp` by processor and their last bits differ; what calibration decides and reports
// must not. These use nothing but IEEE additions, multiplications and divisions in a fixed order.

extension Double {
    /// The natural logarithm, to within 2 units in the last place, with equal bits on every processor.
    ///
    /// By `log m = 2 atanh((m - 1) / (m + 1))` for a significand m in [√½, √2). NaN for negative numbers, -∞ for 0.
    package var naturalLogarithm: Double {
        guard self >= .leastNormalMagnitude, self < .infinity else { return logarithmOfUnusual }
        // Adding the distance from √½ to 1 carries into the exponent exactly where m would be √2 or more.
        let raised = bitPattern &+ (0x3FF0_0000_0000_0000 - 0x3FE6_A09E_667F_3BCD)
        let power = Double(Int(raised >> 52) &- 1023)
        let reduced = Double(bitPattern: raised & 0xF_FFFF_FFFF_FFFF &+ 0x3FE6_A09E_667F_3BCD)
        let t = (reduced - 1) / (reduced + 1)
        let x = t * t
        let y = x * x
        // Σ x^i / (2i + 3), even and odd powers apart so that two chains run side by side.
        let even = 1.0 / 3 + y * (1.0 / 7 + y * (1.0 / 11 + y * (1.0 / 15 + y * (1.0 / 19 + y * (1.0 / 23)))))
        let odd = 1.0 / 5 + y * (1.0 / 9 + y * (1.0 / 13 + y * (1.0 / 17 + y * (1.0 / 21))))
        let series = x * (even + x * odd)
        return power * Double.ln2High + (2 * t * series + 2 * t + power * Double.ln2Low)
    }

    private var logarithmOfUnusual: Double {
        if self == 0 { return -.infinity }
        guard self > 0 else { return .nan }
        return self == .infinity ? self : (self * 0x1p64).naturalLogarithm - 64 * (Double.ln2High + Double.ln2Low)
    }

    /// e to the power of this number, to within 2 units in the last place, with equal bits on every processor.
    package var exponential: Double {
        guard self < 709.8 else { return isNaN ? self : .infinity }
        guard self > -745.2 else { return isNaN ? self : 0 }
        let power = (self / (Double.ln2High + Double.ln2Low)).rounded(.toNearestOrEven)
        let rest = (self - power * Double.ln2High) - power * Double.ln2Low
        var series = 1.0
        for divisor in stride(from: 14.0, through: 1.0, by: -1.0) { series = 1 + series * rest / divisor }
        return Double(sign: .plus, exponent: Int(power), significand: series)
    }

    /// ln 2 in two parts; the high one has 32 bits, so that its product with an exponent is exact.
    private static let ln2High = 0x1.62E42FEEp-1
    private static let ln2Low = 0x1.A39EF35793C76p-33
}
