import BitdepthTensors

/// Probabilities of classes from the comparisons of every two of them: each comparison s becomes the probability
/// 1 / (1 + e^(A s + B)) of its first class, and the classes' probabilities p are those that fit all of them best.
///
/// Source: Wu, Lin and Weng 2004, "Probability estimates for multi-class classification by pairwise coupling",
/// algorithm 2, with the bounds and the stopping rule of ONNX Runtime.
struct PairwiseProbabilities: Sendable {
    private let classes: Int
    private let slopes: [Double]
    private let offsets: [Double]
    private let pairs: [(i: Int, j: Int)]

    /// - Returns: `nil` where the node has no `prob_a`.
    init?(_ attributes: AttributeReader, classes: Int) throws(BitdepthError) {
        guard let slopes = try attributes.floats("prob_a"), !slopes.isEmpty else { return nil }
        let offsets = try attributes.floats("prob_b") ?? []
        guard slopes.count == classes * (classes - 1) / 2, offsets.count == slopes.count else {
            throw attributes.invalid(
                "prob_a", "and \"prob_b\" do not have one entry for each two of \(classes) classes")
        }
        self.classes = classes
        self.slopes = slopes.map(Double.init)
        self.offsets = offsets.map(Double.init)
        pairs = PairwiseMachine.pairs(classes)
    }

    func callAsFunction(_ comparisons: [Double]) -> [Double] {
        var matrix = [[Double]](repeating: [Double](repeating: 0, count: classes), count: classes)
        var estimates = matrix
        for (index, (i, j)) in pairs.enumerated() {
            let first = 1 - PostTransform.logistic(comparisons[index] * slopes[index] + offsets[index])
            estimates[i][j] = min(max(first, 1e-7), 1 - 1e-7)
            estimates[j][i] = 1 - estimates[i][j]
        }
        for i in 0..<classes {
            for j in 0..<classes where j != i {
                matrix[i][i] += estimates[j][i] * estimates[j][i]
                matrix[i][j] = -estimates[j][i] * estimates[i][j]
            }
        }
        return minimum(matrix)
    }

    /// The p ≥ 0 of sum 1 for which pᵀQp is least.
    private func minimum(_ q: [[Double]]) -> [Double] {
        var p = [Double](repeating: 1 / Double(classes), count: classes)
        for _ in 0..<100 {
            var qp = q.map { row in zip(row, p).reduce(0) { $0 + $1.0 * $1.1 } }
            var pqp = zip(p, qp).reduce(0) { $0 + $1.0 * $1.1 }
            if qp.allSatisfy({ ($0 - pqp).magnitude < 0.005 / Double(classes) }) { break }
            for i in 0..<classes {
                let step = (pqp - qp[i]) / q[i][i]
                p[i] += step
                pqp = (pqp + step * (step * q[i][i] + 2 * qp[i])) / ((1 + step) * (1 + step))
                for j in 0..<classes {
                    qp[j] = (qp[j] + step * q[i][j]) / (1 + step)
                    p[j] /= 1 + step
                }
            }
        }
        return p
    }
}
