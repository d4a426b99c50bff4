import BitdepthGraphs
import BitdepthTensors

/// Turns pairs of a head's numbers by angles that grow with the position.
///
/// X `[B, H, S, D]` or, with `num_heads`, `[B, S, H · D]`; cosines and sines `[B, S, D/2]`, or `[positions, D/2]` with
/// position numbers `[B, S]`. Only the first `rotary_embedding_dim` numbers of a head are turned, where it is not 0. A pair is
/// made of neighbours (`interleaved`) or of one number of each half.
/// Source: ONNX operator specification, RotaryEmbedding-23; Su et al. 2021 (arXiv 2104.09864).
public struct RotaryEmbedding: Operator {
    public static let signature = OperatorSignature("RotaryEmbedding", versions: [23], inputs: 3...4)

    public let heads: Int?
    /// Numbers of a head that are turned; 0 is all.
    public let rotatedSize: Int
    public let isInterleaved: Bool

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        // Exporters write 0 where the tensor has an axis of heads.
        heads = try attributes.int("num_heads") == 0 ? nil : try attributes.headCount("num_heads")
        rotatedSize = try attributes.int("rotary_embedding_dim", default: 0)
        isInterleaved = try attributes.flag("interleaved", default: false)
        guard rotatedSize >= 0, rotatedSize % 2 == 0 else {
            throw attributes.invalid("rotary_embedding_dim", "is \(rotatedSize); it must be even")
        }
    }

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] {
        let x = try inputs.required(0, "X")
        _ = try HeadDimensions(x.type.shape, heads: heads, name: "X")
        return [Fact(x.type)]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let x = try inputs.required(0, "X")
        let source = try AttentionHeads(x, heads: heads, name: "X")
        let size = rotatedSize == 0 ? source.size : rotatedSize
        guard size <= source.size, size % 2 == 0 else {
            throw BitdepthError(.shapeMismatch, "\(size) numbers of heads of \(source.size) cannot be turned in pairs")
        }
        let half = size / 2
        let cosines = try inputs.required(1, "cos_cache")
        let sines = try inputs.required(2, "sin_cache")
        let rows = try rows(cosines.shape, sines.shape, inputs.optional(3), source, half: half)
        let (cosine, sine) = (try cosines.doubles(), try sines.doubles())
        guard !source.values.isEmpty else { return [x] }
        var result = source
        for batch in 0..<source.batch {
            for head in 0..<source.count {
                for step in 0..<source.length {
                    let position = source.position(batch, head, step)
                    let row = rows[batch * source.length + step] * half
                    for n in 0..<half {
                        let first = position + (isInterleaved ? 2 * n : n)
                        let second = isInterleaved ? first + 1 : first + half
                        let (a, b) = (source.values[first], source.values[second])
                        result.values[first] = cosine[row + n] * a - sine[row + n] * b
                        result.values[second] = sine[row + n] * a + cosine[row + n] * b
                    }
                }
            }
        }
        return [try result.tensor(x.type, isPacked: x.shape.rank == 3)]
    }

    /// The row of the tables for each position of each sample.
    private func rows(
        _ cosines: Shape, _ sines: Shape, _ positions: Tensor?, _ source: AttentionHeads, half: Int
    ) throws(BitdepthError) -> [Int] {
        let places = try Shape([source.batch, source.length]).checkedForEvaluation()
        let expected = positions == nil ? places.dimensions + [half] : [cosines.dimensions.first ?? 0, half]
        guard cosines == sines, cosines.dimensions == expected else {
            throw BitdepthError(
                .shapeMismatch,
                "tables of cosines \(cosines) and sines \(sines) do not fit heads of which \(2 * half) numbers are turned"
            )
        }
        guard let positions else { return Array(0..<places.count) }
        guard positions.shape == places else {
            throw BitdepthError(.shapeMismatch, "position_ids have shape \(positions.shape); it must be \(places)")
        }
        let rows = try positions.integers()
        if let wrong = rows.first(where: { $0 < 0 || $0 >= cosines[0] }) {
            throw BitdepthError(.valueOutOfRange, "position \(wrong) is outside of tables of \(cosines[0])")
        }
        return rows
    }
}
