import BitdepthGraphs
import BitdepthTensors

/// Samples as rows of features: `[N, C]`, or one sample `[C]`.
struct FeatureMatrix {
    let rows: Int
    let columns: Int
    let values: [Double]

    /// - Throws: ``BitdepthError/Code/shapeMismatch`` for other ranks than 1 and 2; ``BitdepthError/Code/limitExceeded``.
    init(_ x: Tensor) throws(BitdepthError) {
        let dimensions = x.shape.dimensions
        guard let columns = dimensions.last, dimensions.count <= 2 else { throw FeatureMatrix.wrongRank(x.shape.rank) }
        self.columns = columns
        rows = dimensions.count == 1 ? 1 : dimensions[0]
        // Rows are walked over, so they must be countable even where they have no features.
        try Shape([rows]).checkedForEvaluation()
        values = try x.doubles()
    }

    func row(_ index: Int) -> ArraySlice<Double> { values[index * columns..<(index + 1) * columns] }

    /// - Throws: ``BitdepthError/Code/shapeMismatch`` when samples have another number of features.
    func require(columns count: Int, _ what: String) throws(BitdepthError) {
        guard columns == count else {
            throw BitdepthError(.shapeMismatch, "samples have \(columns) features where \(what) are for \(count)")
        }
    }

    /// A function of every row that gives `count` results, as a tensor `[N, count]`.
    func map(
        to count: Int, type: ElementType = .float32, _ function: (ArraySlice<Double>) throws(BitdepthError) -> [Double]
    ) throws(BitdepthError) -> Tensor {
        let shape = try Shape([rows, count]).checkedForEvaluation()
        var results: [Double] = []
        results.reserveCapacity(shape.count)
        for index in 0..<rows { results += try function(row(index)) }
        return try Tensor(reals: results, shape: shape, type: type)
    }

    /// The number of samples of what is known of X.
    static func rows(_ x: Fact) throws(BitdepthError) -> Dimension {
        guard let dimensions = x.dimensions else { return .unknown }
        guard let first = dimensions.first, dimensions.count <= 2 else { throw wrongRank(dimensions.count) }
        return dimensions.count == 1 ? .known(1) : first
    }

    private static func wrongRank(_ rank: Int) -> BitdepthError {
        BitdepthError(.shapeMismatch, "samples are of rank \(rank); they must be [N, C] or [C]")
    }
}
