import BitdepthGraphs
import BitdepthTensors

/// Rotary position embedding: input `[B, S, N·H]` or `[B, N, S, H]`, positions `[1]` (that of the first token) or `[B, S]`,
/// caches of cosines and sines `[positions, H/2]`, or of half of `rotary_embedding_dim`.
///
/// Source: ONNX Runtime contrib operators, com.microsoft.RotaryEmbedding-1.
public struct ContribRotaryEmbedding: Operator {
    public static let signature = OperatorSignature(.microsoft("RotaryEmbedding"), versions: [1], inputs: 4...4)

    public let isInterleaved: Bool
    /// 0 where the caches say how wide heads are.
    public let heads: Int

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        isInterleaved = try attributes.flag("interleaved", default: false)
        heads = try attributes.int("num_heads", default: 0)
        let rotatedCount = try attributes.int("rotary_embedding_dim", default: 0)
        guard heads >= 0, heads <= Window.largestValue else { throw attributes.invalid("num_heads", "is \(heads)") }
        guard rotatedCount == 0 || heads > 0 else {
            throw attributes.invalid("num_heads", "is missing; rotary_embedding_dim needs it")
        }
        // `scale` and `is_packed_batching` do not change what the CPU computes.
    }

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] {
        [Fact(try inputs.required(0, "input").type)]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let x = try inputs.required(0, "input")
        let cosines = try inputs.required(2, "cos_cache")
        let sines = try inputs.required(3, "sin_cache")
        try cosines.requireRank(2, "cos_cache")
        let rotation = RotaryEmbedding(
            heads: x.shape.rank == 4 ? nil : try headCount(x, cosines), rotatedSize: 2 * cosines.shape[1],
            isInterleaved: isInterleaved)
        let positions = try positions(try inputs.required(1, "position_ids"), x.shape)
        return try rotation.evaluate([x, cosines, sines, positions])
    }

    /// `[B, S]`.
    private func positions(_ given: Tensor, _ shape: Shape) throws(BitdepthError) -> Tensor {
        guard given.count == 1, let first = try given.integers().first, shape.rank >= 3 else { return given }
        let length = shape[shape.rank - 2]
        let places = try Shape([shape[0], length]).checkedForEvaluation()
        return try Tensor(integers: (0..<places.count).map { first &+ $0 % length }, shape: places, type: .int64)
    }

    private func headCount(_ x: Tensor, _ cosines: Tensor) throws(BitdepthError) -> Int {
        if heads > 0 { return heads }
        try x.requireRank(3, "input")
        let size = 2 * cosines.shape[1]
        guard size > 0, x.shape[2] % size == 0 else {
            throw BitdepthError(.shapeMismatch, "rows of \(x.shape[2]) numbers are not heads of \(size)")
        }
        return x.shape[2] / size
    }
}

extension RotaryEmbedding {
    /// - Parameter heads: `nil` where the tensor has an axis of heads.
    init(heads: Int?, rotatedSize: Int, isInterleaved: Bool) {
        (self.heads, self.rotatedSize, self.isInterleaved) = (heads, rotatedSize, isInterleaved)
    }
}
