/// One comparison of a feature, and where it leads.
struct DecisionNode: Sendable {
    var feature: Int
    var comparison: Comparison
    var onTrue: DecisionForest.Branch
    var onFalse: DecisionForest.Branch
    /// Where a feature leads that is missing, which is NaN: otherwise it fails every comparison.
    var missingIsTrue: Bool

    enum Comparison: Sendable {
        case atMost(Double)
        case below(Double)
        case atLeast(Double)
        case above(Double)
        case equal(Double)
        case notEqual(Double)
        case member(Set<Double>)

        /// By the names of versions 1 to 3, less their prefix `BRANCH_`, in the order of the numbers of version 5.
        static let names = ["LEQ", "LT", "GTE", "GT", "EQ", "NEQ", "MEMBER"]

        /// - Returns: `nil` for the number of no comparison, or of membership, which needs members.
        init?(number: Int, threshold: Double) {
            switch number {
            case 0: self = .atMost(threshold)
            case 1: self = .below(threshold)
            case 2: self = .atLeast(threshold)
            case 3: self = .above(threshold)
            case 4: self = .equal(threshold)
            case 5: self = .notEqual(threshold)
            default: return nil
            }
        }

        func holds(_ x: Double) -> Bool {
            switch self {
            case .atMost(let threshold): x <= threshold
            case .below(let threshold): x < threshold
            case .atLeast(let threshold): x >= threshold
            case .above(let threshold): x > threshold
            case .equal(let threshold): x == threshold
            case .notEqual(let threshold): x != threshold
            case .member(let members): members.contains(x)
            }
        }
    }

    func next(_ x: Double) -> DecisionForest.Branch {
        (x.isNaN ? missingIsTrue : comparison.holds(x)) ? onTrue : onFalse
    }
}
