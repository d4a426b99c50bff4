import BitdepthGraphs
import BitdepthTensors

/// The first layer of BERT: word, position and segment embeddings, summed and layer-normalized.
///
/// Inputs: word ids `[B, S]`, optional segment ids `[B, S]`, tables of words, positions and (optional) segments `[·, H]`,
/// gamma and beta `[H]`, optional mask `[B, S]`, optional position ids `[B, S]` or `[1, S]`.
/// Outputs: the result `[B, S, H]`, the number of unmasked words `[B]`, the sum of the embeddings `[B, S, H]`.
///
/// Source: ONNX Runtime contrib operators, com.microsoft.EmbedLayerNormalization-1.
public struct EmbedLayerNormalization: Operator {
    public static let signature = OperatorSignature(
        .microsoft("EmbedLayerNormalization"), versions: [1], inputs: 7...9, outputs: 1...3)

    public let epsilon: Float

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        epsilon = try attributes.float("epsilon", default: 1e-12)
    }

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] {
        let ids = try inputs.required(0, "input_ids").dimensions(rank: 2, "input_ids")
        let words = try inputs.required(2, "word_embedding")
        let width = try words.dimensions(rank: 2, "word_embedding")[1]
        let sum = Fact(words.element, PartialShape(ids + [width]))
        return [sum, Fact(.int32, PartialShape([ids[0]])), sum]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let ids = try inputs.required(0, "input_ids")
        let words = try inputs.required(2, "word_embedding")
        try ids.requireRank(2, "input_ids")
        try words.requireRank(2, "word_embedding")
        let (batches, length, width) = (ids.shape[0], ids.shape[1], words.shape[1])
        let shape = try Shape([batches, length, width])
        var sum = try [Double](repeating: 0, filling: shape)
        try add(words, "word_embedding", at: try ids.integers(), width, to: &sum)
        try add(
            try inputs.required(3, "position_embedding"), "position_embedding",
            at: try positions(inputs.optional(8), batches, length), width, to: &sum)
        if let segments = inputs.optional(1), let table = inputs.optional(4) {
            try segments.requireShape([batches, length], "segment_ids")
            try add(table, "segment_embedding", at: try segments.integers(), width, to: &sum)
        }
        let embedded = try Tensor(reals: sum, shape: shape, type: words.type)
        var result = Standardization(sum, runLength: width, epsilon: Double(epsilon))
        try result.apply(
            scale: try inputs.required(5, "gamma"), bias: try inputs.required(6, "beta"), shape: shape)
        return [
            try Tensor(reals: result.values, shape: shape, type: words.type),
            try wordCounts(inputs.optional(7), batches, length), embedded,
        ]
    }

    /// Adds the rows of a table that the indices name to the rows of `sum`.
    private func add(
        _ table: Tensor, _ name: String, at indices: [Int], _ width: Int, to sum: inout [Double]
    ) throws(BitdepthError) {
        try table.requireRank(2, name)
        guard table.shape[1] == width else {
            throw BitdepthError(.shapeMismatch, "\(name) of shape \(table.shape) has not \(width) columns")
        }
        let values = try table.doubles()
        for (row, index) in indices.enumerated() {
            guard index >= 0, index < table.shape[0] else {
                throw BitdepthError(.valueOutOfRange, "index \(index) is outside of \(name)'s \(table.shape[0]) rows")
            }
            for column in 0..<width { sum[row * width + column] += values[index * width + column] }
        }
    }

    /// One position for each word; without ids they count up.
    private func positions(_ ids: Tensor?, _ batches: Int, _ length: Int) throws(BitdepthError) -> [Int] {
        guard let ids else { return (0..<batches * length).map { $0 % max(length, 1) } }
        guard ids.shape.dimensions == [batches, length] || ids.shape.dimensions == [1, length] else {
            throw BitdepthError(
                .shapeMismatch, "position_ids have shape \(ids.shape); it must be [\(batches),\(length)]")
        }
        let values = try ids.integers()
        return (0..<batches * length).map { values[$0 % max(values.count, 1)] }
    }

    private func wordCounts(_ mask: Tensor?, _ batches: Int, _ length: Int) throws(BitdepthError) -> Tensor {
        var counts = try [Int](repeating: 0, filling: try Shape([batches]))
        if let mask {
            try mask.requireShape([batches, length], "mask")
            for (i, value) in try mask.integers().enumerated() where value == 1 { counts[i / length] += 1 }
        }
        return try Tensor(integers: counts, shape: try Shape([batches]), type: .int32)
    }
}
