import BitdepthOperators

extension QuantizationRule {
    /// The rule in a few words: `weight per channel of axis 0, bias; output calibrated`.
    public var summary: String {
        if isFloat { return "not quantized" }
        let inputs = distinct(inputs.compactMap(\.summary) + [otherInputs.summary].compactMap(\.self))
        return (inputs.isEmpty ? "" : inputs.joined(separator: ", ") + "; ") + outputs.summary
    }

    private func distinct(_ words: [String]) -> [String] {
        var seen: Set<String> = []
        return words.filter { seen.insert($0).inserted }
    }
}

extension QuantizationRule.InputRole {
    /// Nothing for inputs that are not quantized.
    fileprivate var summary: String? {
        switch self {
        case .activation: "activations"
        case .weight(let axis): "weight per channel of axis \(axis)"
        case .bias: "32-bit bias"
        case .untouched: nil
        }
    }
}

extension QuantizationRule.OutputRole {
    fileprivate var summary: String {
        switch self {
        case .calibrated: "output calibrated"
        case .sameScale(let input): "output in the scale of input \(input)"
        case .sharedScale: "one scale for inputs and output"
        case .fixed(let low, let high):
            "output fixed to \(NumberText.significant(Double(low), digits: 4)) … \(NumberText.significant(Double(high), digits: 4))"
        case .float: "output float"
        }
    }
}
