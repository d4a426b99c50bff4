import BitdepthGraphs
import BitdepthTensors

/// Patterns that spelled out normalizations share.
enum NormalizationPattern {
    static let x = Pattern.value("x")

    static func mean(_ value: Pattern, axes: String) -> Pattern {
        .node("ReduceMean", inputs: [value, .constant(axes)]) { ActivationFusion.keepsRank($0) }
    }

    static func square(_ value: Pattern) -> Pattern {
        .either(.node("Pow", inputs: [value, .scalar(2)]), .commutative("Mul", value, value))
    }

    /// `variance + ε`.
    private static func stabilized(_ variance: Pattern) -> Pattern {
        .commutative("Add", variance, .constant("epsilon") { $0.count == 1 })
    }

    /// `√(variance + ε)`.
    static func deviation(_ variance: Pattern) -> Pattern {
        .either(
            .node("Sqrt", inputs: [stabilized(variance)]),
            .node("Pow", inputs: [stabilized(variance), .scalar(0.5)]))
    }

    /// `1 / √(variance + ε)`.
    static func inverseDeviation(_ variance: Pattern) -> Pattern {
        .either(
            .node("Reciprocal", inputs: [deviation(variance)]),
            .node("Div", inputs: [.scalar(1), deviation(variance)]),
            .node("Pow", inputs: [stabilized(variance), .scalar(-0.5)]))
    }

    /// `value / √(variance + ε)`.
    static func standardized(_ value: Pattern, variance: Pattern) -> Pattern {
        .either(
            .node("Div", inputs: [value, deviation(variance)]),
            .commutative("Mul", value, inverseDeviation(variance)))
    }

    static func epsilon(_ match: Match) throws(BitdepthError) -> Float? {
        guard let epsilon = try match.constant("epsilon").doubles().first, epsilon >= 0 else { return nil }
        return Float(epsilon)
    }
}
