import BitdepthGraphs
import BitdepthTensors

/// Writes new steps of a sequence into a cache of fixed length.
///
/// Cache `[B, …, length, …]`, update with fewer steps along `axis`, optional first places `[B]` → the cache with the update
/// in it. In circular mode places go on at the start behind the end.
/// Source: ONNX operator specification, TensorScatter-24.
public struct TensorScatter: Operator {
    public static let signature = OperatorSignature("TensorScatter", versions: [24], inputs: 2...3)

    public enum Mode: String, Sendable, CaseIterable { case linear, circular }

    public let axis: Int
    public let mode: Mode

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        axis = try attributes.int("axis", default: -2)
        mode = try attributes.choice("mode", default: .linear)
    }

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] {
        let cache = try inputs.required(0, "past_cache")
        if let rank = cache.rank { _ = try sequenceAxis(rank: rank) }
        return [Fact(cache.type)]
    }

    private func sequenceAxis(rank: Int) throws(BitdepthError) -> Int {
        let axis = try Shape.normalize(axis: axis, rank: rank)
        guard axis > 0 else { throw BitdepthError(.valueOutOfRange, "axis 0 counts samples and no steps") }
        return axis
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let cache = try inputs.required(0, "past_cache")
        let update = try inputs.required(1, "update")
        try requireSameType(cache.type, update.type)
        let axis = try sequenceAxis(rank: cache.shape.rank)
        guard update.shape.rank == cache.shape.rank, update.shape[axis] <= cache.shape[axis],
            update.shape.dimensions.enumerated().allSatisfy({ $0 == axis || $1 == cache.shape[$0] })
        else {
            throw BitdepthError(.shapeMismatch, "\(update) cannot be written into a cache \(cache) along axis \(axis)")
        }
        let (from, to) = (Lanes(update.shape, axis: axis), Lanes(cache.shape, axis: axis))
        let starts = try starts(inputs.optional(2), batch: cache.shape[0], steps: from.extent, length: to.extent)
        guard update.count > 0 else { return [cache] }
        var sources = Array(0..<cache.count)
        let perSample = to.outer / cache.shape[0]
        for outer in 0..<from.outer {
            for step in 0..<from.extent {
                // Only in circular mode is the end reached: elsewhere the update was found to fit.
                let place = (starts[outer / perSample] + step) % to.extent
                for inner in 0..<from.inner {
                    sources[(outer * to.extent + place) * to.inner + inner] =
                        cache.count + (outer * from.extent + step) * from.inner + inner
                }
            }
        }
        return [try Tensor(joining: [cache, update]).gathered(sources, shape: cache.shape)]
    }

    private func starts(
        _ indices: Tensor?, batch: Int, steps: Int, length: Int
    ) throws(BitdepthError) -> [Int] {
        guard let indices else { return try [Int](repeating: 0, filling: try Shape([batch])) }
        guard indices.shape.dimensions == [batch] else {
            throw BitdepthError(.shapeMismatch, "write_indices have shape \(indices.shape); it must be [\(batch)]")
        }
        return try indices.integers().map { index throws(BitdepthError) in
            if mode == .circular, length > 0 {
                let rest = index % length
                return rest < 0 ? rest + length : rest
            }
            guard index >= 0, index <= length - steps else {
                throw BitdepthError(
                    .valueOutOfRange, "\(steps) steps cannot be written at place \(index) of a cache of \(length)")
            }
            return index
        }
    }
}
