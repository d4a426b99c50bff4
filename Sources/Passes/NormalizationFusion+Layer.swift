import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

extension NormalizationFusion {
    /// LayerNormalization, with its scale inside where an exporter put it there.
    ///
    /// Source: ONNX LayerNormalization-17; Ba et al. 2016 (arXiv 1607.06450).
    static let layerNormalization = [
        Rewriting(
            "LayerNormalization with moved mean", "x·s + (b − mean·s), s = c/√(mean((x−mean)²) + ε)",
            becomes: "LayerNormalization(x, c, b)", when: "the last axes are reduced, c and b have their shape",
            since: 17, pattern: movedMean,
            typed: { match, facts, replacement throws(BitdepthError) in
                try normalize(
                    match, facts, scale: try match.value("scale"), bias: try match.value("bias"), &replacement)
            }),
        Rewriting(
            "LayerNormalization with inner scale", "(x−mean) · (c/√(mean((x−mean)²) + ε))",
            becomes: "LayerNormalization(x, c)", when: "the last axes are reduced, c has their shape", since: 17,
            pattern: .commutative(
                "Mul", centred, .commutative("Mul", NormalizationPattern.inverseDeviation(variance), .value("scale"))),
            typed: { match, facts, replacement throws(BitdepthError) in
                try normalize(match, facts, scale: try match.value("scale"), bias: nil, &replacement)
            }),
        Rewriting(
            "LayerNormalization", "(x−mean) / √(mean((x−mean)²) + ε)", becomes: "LayerNormalization(x, 1)",
            when: "the last axes are reduced", since: 17,
            pattern: NormalizationPattern.standardized(centred, variance: variance),
            typed: { match, facts, replacement throws(BitdepthError) in
                try normalize(match, facts, scale: nil, bias: nil, &replacement)
            }),
    ]

    private static let mean = NormalizationPattern.mean(NormalizationPattern.x, axes: "axes")
    private static let centred = Pattern.node("Sub", inputs: [NormalizationPattern.x, mean], as: "centred")
    private static let variance = NormalizationPattern.mean(
        NormalizationPattern.square(centred), axes: "variance axes")

    /// As Keras writes it: `x · s + (b − mean · s)`, `s` the scale over the deviation.
    private static let movedMean: Pattern = {
        let factor = Pattern.commutative(
            "Mul", NormalizationPattern.inverseDeviation(variance), .value("scale"), as: "factor")
        return .commutative(
            "Add", .commutative("Mul", NormalizationPattern.x, factor),
            .node("Sub", inputs: [.value("bias"), .commutative("Mul", mean, factor)]))
    }()

    private static func normalize(
        _ match: Match, _ facts: InferredFacts, scale: ValueName?, bias: ValueName?, _ replacement: inout Replacement
    ) throws(BitdepthError) -> Bool {
        let x = try match.value("x")
        guard
            let axes = try NormalizedAxes(
                facts[x], axes: [match.optionalConstant("axes"), match.optionalConstant("variance axes")]),
            let epsilon = try NormalizationPattern.epsilon(match), facts.mayKeepRank(x, match.root.output(0))
        else { return false }
        // Exactly the normalised extents: another shape would broadcast where LayerNormalization does not.
        let type = TensorType(axes.element, axes.extents)
        for parameter in [scale, bias] where parameter != nil {
            guard facts[parameter]?.type == type else { return false }
        }
        var parameters = [scale, bias].compactMap { $0 }
        if scale == nil { parameters = [replacement.add(try axes.ones, named: "\(match.root.label)_scale")] }
        replacement.add(
            Node(
                "LayerNormalization", name: match.root.name, inputs: [x] + parameters, outputs: [replacement.output],
                attributes: ["axis": .int(-axes.extents.rank), "epsilon": .float(epsilon)]))
        return true
    }
}
