import BitdepthGraphs
import BitdepthTensors

/// The class that wins most comparisons of two classes, and scores: X `[N, C]` → labels INT64 `[N]`, scores FP32 `[N, S]`.
///
/// With `prob_a` and `prob_b` the scores are probabilities of the classes; otherwise they are the results of all
/// comparisons (0 with 1, 0 with 2, … 1 with 2, …), of two classes −s and s. Without support vectors every class has a
/// linear score, and the largest wins.
/// Source: ONNX operator specification, ai.onnx.ml SVMClassifier-1; what it leaves open as in onnx's reference.
public struct SVMClassifier: Operator {
    public static let signature = OperatorSignature(
        .machineLearning("SVMClassifier"), versions: [1], inputs: 1...1, outputs: 1...2)

    private let labels: [Int]
    private let machine: Machine
    private let postTransform: PostTransform

    private enum Machine {
        case linear(LinearScores)
        case pairwise(PairwiseMachine, PairwiseProbabilities?)
    }

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        try attributes.refuseText("classlabels_strings")
        labels = try attributes.required("classlabels_ints", try attributes.ints("classlabels_ints"))
        postTransform = try attributes.choice("post_transform", default: .none)
        let offsets = try attributes.required("rho", try attributes.floats("rho"))
        let counts = try attributes.ints("vectors_per_class") ?? []
        if counts.contains(where: { $0 != 0 }) {
            machine = .pairwise(
                try PairwiseMachine(attributes, counts: counts, classes: labels.count, offsets: offsets),
                try PairwiseProbabilities(attributes, classes: labels.count))
        } else {
            // One offset serves all classes.
            let offset = offsets.first ?? 0
            machine = .linear(
                try LinearScores(
                    attributes, targets: labels.count, intercepts: [Float](repeating: offset, count: labels.count)))
        }
    }

    /// Scores of a sample.
    private var scoreCount: Int {
        switch machine {
        case .linear, .pairwise(_, .some): labels.count
        case .pairwise(_, nil): labels.count == 2 ? 2 : labels.count * (labels.count - 1) / 2
        }
    }

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] {
        let rows = try FeatureMatrix.rows(try inputs.required(0, "X"))
        return [Fact(.int64, PartialShape([rows])), Fact(.float32, PartialShape([rows, .known(scoreCount)]))]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let samples = try FeatureMatrix(try inputs.required(0, "X"))
        var chosen: [Int64] = []
        switch machine {
        case .linear(let linear): try samples.require(columns: linear.features, "coefficients")
        case .pairwise(let pairwise, _): try samples.require(columns: pairwise.columns, "support vectors")
        }
        let scores = try samples.map(to: scoreCount) { (row) throws(BitdepthError) in
            let (top, scores) = decide(row)
            chosen.append(Int64(labels[top]))
            return scores
        }
        return [try Tensor(chosen), scores]
    }

    private func decide(_ row: ArraySlice<Double>) -> (top: Int, scores: [Double]) {
        switch machine {
        case .linear(let linear):
            let scores = linear.scores(row)
            return (Classification.top(scores), postTransform.apply(scores))
        case .pairwise(let pairwise, let probabilities):
            let results = pairwise.comparisons(row)
            let top = Classification.top(pairwise.votes(results))
            if let probabilities { return (top, postTransform.apply(probabilities(results))) }
            if let only = results.first, results.count == 1 {
                return (top, Classification.pair(only, complement: -only, postTransform))
            }
            return (top, postTransform.apply(results))
        }
    }
}
