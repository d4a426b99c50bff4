import BitdepthTensors

extension Tensor {
    /// Numbers of either sign without a visible order: `(i · step mod modulus - modulus / 2) / divisor`, so that another
    /// program can be given the same.
    static func pattern(
        _ shape: [Int], step: Int = 7, modulus: Int = 11, divisor: Float = 10
    ) throws -> Tensor {
        let shape = try Shape(shape)
        return try Tensor(
            (0..<shape.count).map { Float($0 * step % modulus - modulus / 2) / divisor }, shape: shape)
    }
}

/// The first place at which two lists of numbers differ, in words; `nil` where there is none.
///
/// Expected numbers are printed with six decimals by programs that compute in FP32: for numbers about 1 that is half of
/// the last decimal and several roundings.
func difference(_ found: Tensor, _ expected: [Float]) throws -> String? {
    let tolerance: Float = 2e-6
    let found = try found.floats()
    guard found.count == expected.count else { return "\(found.count) elements instead of \(expected.count)" }
    for (index, (a, b)) in zip(found, expected).enumerated() where a != b && !(abs(a - b) <= tolerance) {
        return "element \(index) is \(a) instead of \(b)"
    }
    return nil
}
