import BitdepthTensors

/// Support vector machines that compare every class with every other.
///
/// The support vectors lie class by class. Of the coefficients `[classes − 1, vectors]`, the comparison of classes i and j
/// takes row j − 1 for the vectors of i, and row i for those of j.
struct PairwiseMachine: Sendable {
    let classes: Int
    private let vectors: SupportVectors
    /// Positions of each class's vectors.
    private let ranges: [Range<Int>]
    private let coefficients: [Double]
    private let offsets: [Double]
    private let pairs: [(i: Int, j: Int)]

    init(_ attributes: AttributeReader, counts: [Int], classes: Int, offsets: [Float]) throws(BitdepthError) {
        guard classes >= 2, counts.count == classes, counts.allSatisfy({ (0...Window.largestValue).contains($0) })
        else {
            throw attributes.invalid("vectors_per_class", "is \(counts) for \(classes) classes")
        }
        var ranges: [Range<Int>] = []
        for count in counts {
            let first = ranges.last?.upperBound ?? 0
            ranges.append(first..<first + count)
        }
        let count = ranges.last?.upperBound ?? 0
        vectors = try SupportVectors(attributes, count: count)
        coefficients = (try attributes.floats("coefficients") ?? []).map(Double.init)
        guard coefficients.count == (classes - 1) * count, offsets.count == classes * (classes - 1) / 2 else {
            throw attributes.invalid(
                "coefficients",
                "has \(coefficients.count) entries and \"rho\" \(offsets.count) for \(classes) classes of \(count) vectors"
            )
        }
        self.classes = classes
        self.ranges = ranges
        self.offsets = offsets.map(Double.init)
        pairs = PairwiseMachine.pairs(classes)
    }

    var columns: Int { vectors.columns }

    /// The result of every comparison, positive where its first class wins, in the order (0, 1), (0, 2), … (1, 2), ….
    func comparisons(_ row: ArraySlice<Double>) -> [Double] {
        let similarities = vectors.similarities(row)
        func sum(_ range: Range<Int>, coefficientRow: Int) -> Double {
            range.reduce(0) { $0 + coefficients[coefficientRow * vectors.count + $1] * similarities[$1] }
        }
        return zip(pairs, offsets).map { pair, offset in
            offset + sum(ranges[pair.i], coefficientRow: pair.j - 1) + sum(ranges[pair.j], coefficientRow: pair.i)
        }
    }

    /// How many comparisons each class wins.
    func votes(_ comparisons: [Double]) -> [Double] {
        var votes = [Double](repeating: 0, count: classes)
        for (pair, result) in zip(pairs, comparisons) {
            votes[result > 0 ? pair.i : pair.j] += 1
        }
        return votes
    }

    /// Every two classes, in the order of their comparisons.
    static func pairs(_ classes: Int) -> [(i: Int, j: Int)] {
        (0..<classes).flatMap { i in (i + 1..<max(classes, i + 1)).map { (i, $0) } }
    }
}
