import BitdepthGraphs
import BitdepthTensors

/// What the losses of classification have in common: -log p of the labelled class, weighted by class, and its reduction.
public struct ClassLoss: Sendable, Hashable {
    public enum Reduction: String, Sendable, CaseIterable { case none, mean, sum }

    public let reduction: Reduction
    /// A label that stands for no class; what bears it counts for nothing.
    public let ignoredLabel: Int?

    init(_ attributes: AttributeReader) throws(BitdepthError) {
        reduction = try attributes.choice("reduction", default: .mean)
        ignoredLabel = try attributes.int("ignore_index")
    }

    /// The type of the loss of scores `[N, C, D…]` and labels `[N, D…]`.
    func output(_ scores: Fact, _ labels: Fact) throws(BitdepthError) -> Fact {
        guard scores.rank ?? 2 >= 2 else {
            throw BitdepthError(.shapeMismatch, "scores have rank \(scores.rank ?? 0); it must be at least 2")
        }
        guard reduction == .none else { return Fact(scores.element, .scalar) }
        return Fact(scores.element, labels.type.shape)
    }

    /// The loss of log-probabilities of shape `[N, C, D…]`.
    ///
    /// - Throws: ``BitdepthError/Code/shapeMismatch``; ``BitdepthError/Code/valueOutOfRange`` for a label without a class.
    func loss(
        of logarithms: [Double], _ shape: Shape, labels: Tensor, weights: Tensor?, type: ElementType
    ) throws(BitdepthError) -> Tensor {
        guard shape.rank >= 2, labels.shape.dimensions == [shape[0]] + shape.dimensions[2...],
            weights?.shape.dimensions ?? [shape[1]] == [shape[1]]
        else {
            throw BitdepthError(
                .shapeMismatch, "labels of shape \(labels.shape) or class weights do not fit scores of shape \(shape)")
        }
        let classes = Lanes(shape, axis: 1)
        let weights = try weights?.doubles()
        var losses: [Double] = []
        var weightSum = 0.0
        for (place, label) in try labels.integers().enumerated() {
            guard label != ignoredLabel else {
                losses.append(0)
                continue
            }
            guard label >= 0, label < classes.extent else {
                throw BitdepthError(.valueOutOfRange, "label \(label) is none of \(classes.extent) classes")
            }
            let (outer, inner) = (place / classes.inner, place % classes.inner)
            let weight = weights?[label] ?? 1
            losses.append(-weight * logarithms[(outer * classes.extent + label) * classes.inner + inner])
            weightSum += weight
        }
        switch reduction {
        case .none: return try Tensor(reals: losses, shape: labels.shape, type: type)
        case .sum: return try Tensor(reals: [losses.reduce(0, +)], shape: .scalar, type: type)
        case .mean: return try Tensor(reals: [losses.reduce(0, +) / weightSum], shape: .scalar, type: type)
        }
    }
}
