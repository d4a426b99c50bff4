/// E8M0, the format of scales of blocks: pattern e stands for 2^(e - 127), 255 for NaN. There is no zero and no sign.
///
/// Source: OCP Microscaling Formats Specification, section 5.4; ONNX operator specification, Cast-25.
enum PowerOfTwoFormat {
    private static let notANumber: UInt8 = 255
    private static let smallest = 0x1p-127
    private static let largest = 0x1p127

    static func float(_ pattern: UInt8) -> Float {
        pattern == notANumber ? .nan : Float(sign: .plus, exponent: Int(pattern) - 127, significand: 1)
    }

    /// Negative numbers, which ONNX leaves open, are too small like zero.
    static func pattern(_ value: Double, rule: NarrowFloatRule) -> UInt8 {
        if value.isNaN { return notANumber }
        if value < smallest { return rule.saturates ? 0 : notANumber }
        if value > largest { return rule.saturates ? 254 : notANumber }
        let isLarger =
            switch rule.powerRounding {
            case .up: value.significand > 1
            case .down: false
            case .nearest: value.significand >= 1.5
            }
        return UInt8(value.exponent + 127 + (isLarger ? 1 : 0))
    }
}
