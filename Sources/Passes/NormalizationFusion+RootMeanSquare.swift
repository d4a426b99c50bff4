import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

extension NormalizationFusion {
    /// Source: ONNX RMSNormalization-23; Zhang and Sennrich 2019 (arXiv 1910.07467).
    static let rmsNormalization = [
        Rewriting(
            "RMSNormalization", "x / √(mean(x²) + ε)", becomes: "RMSNormalization(x, 1)",
            when: "the last axes are reduced", since: 23,
            pattern: NormalizationPattern.standardized(
                NormalizationPattern.x,
                variance: NormalizationPattern.mean(
                    NormalizationPattern.square(NormalizationPattern.x), axes: "axes")),
            typed: { match, facts, replacement throws(BitdepthError) in
                let x = try match.value("x")
                guard let axes = try NormalizedAxes(facts[x], axes: [match.optionalConstant("axes")]),
                    let epsilon = try NormalizationPattern.epsilon(match),
                    facts.mayKeepRank(x, match.root.output(0))
                else { return false }
                let ones = replacement.add(try axes.ones, named: "\(match.root.label)_scale")
                replacement.add(
                    Node(
                        "RMSNormalization", name: match.root.name, inputs: [x, ones], outputs: [replacement.output],
                        attributes: ["axis": .int(-axes.extents.rank), "epsilon": .float(epsilon)]))
                return true
            })
    ]
}
