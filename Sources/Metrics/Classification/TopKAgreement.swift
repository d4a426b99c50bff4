import BitdepthTensors

/// The share of samples where the reference's best class is among the k best of the other model; with k = 1, agreement.
public struct TopKAgreement: Sendable, Hashable {
    public let k: Int
    public private(set) var proportion = Proportion()

    public init(k: Int = 1) { self.k = k }

    /// Adds one sample: one score per class from each model.
    ///
    /// Two outputs of nothing but NaN agree in nothing.
    ///
    /// - Returns: Whether the models agree.
    /// - Throws: ``BitdepthError/Code/shapeMismatch`` when the numbers of classes differ.
    @discardableResult
    public mutating func add(reference: [Float], _ scores: [Float]) throws(BitdepthError) -> Bool {
        guard reference.count == scores.count else {
            throw BitdepthError(
                .shapeMismatch, "scores of \(scores.count) classes cannot be compared with scores of \(reference.count)"
            )
        }
        let isHit = reference.firstLargest.map { scores.rank(of: $0) < k } ?? false
        proportion.add(isHit)
        return isHit
    }

    public mutating func merge(_ other: TopKAgreement) { proportion.merge(other.proportion) }

    /// 0 … 1; `nil` before any sample.
    public var value: Double? { proportion.value }
    /// The 95 % Wilson bounds of the agreement; `nil` before any sample.
    public var bounds: ClosedRange<Double>? { proportion.wilsonBounds() }
}
