import BitdepthTensors

/// The scores X · Wᵀ + b of linear models: W `[targets, C]`, b `[targets]`.
struct LinearScores {
    let targets: Int
    private let coefficients: [Double]
    private let intercepts: [Double]?

    /// - Throws: ``BitdepthError/Code/invalidAttribute`` unless the coefficients are those of `targets` targets.
    init(_ attributes: AttributeReader, targets: Int, intercepts: [Float]?) throws(BitdepthError) {
        let given = try attributes.required("coefficients", try attributes.floats("coefficients"))
        guard targets >= 1, given.count.isMultiple(of: targets) else {
            throw attributes.invalid("coefficients", "has \(given.count) entries for \(targets) targets")
        }
        if let intercepts, intercepts.count != targets {
            throw attributes.invalid("intercepts", "has \(intercepts.count) entries for \(targets) targets")
        }
        self.targets = targets
        coefficients = given.map(Double.init)
        self.intercepts = intercepts?.map(Double.init)
    }

    var features: Int { coefficients.count / targets }

    /// One score for each target; the row has as many elements as there are ``features``.
    func scores(_ row: ArraySlice<Double>) -> [Double] {
        (0..<targets).map { target in
            let weights = coefficients[target * features..<(target + 1) * features]
            return zip(row, weights).reduce(intercepts?[target] ?? 0) { $0 + $1.0 * $1.1 }
        }
    }
}
