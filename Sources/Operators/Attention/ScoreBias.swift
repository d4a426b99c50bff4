import BitdepthTensors

/// What is added to the scores of attention: the mask, and -∞ where a query must not see a key.
///
/// Source: ONNX operator specification, Attention-25.
struct ScoreBias {
    /// Which keys a query sees besides the mask.
    struct Window: Sendable, Hashable {
        var isCausal = false
        /// How many positions to the left and right of its own a query sees; `nil` is all.
        var left: Int?
        var right: Int?

        /// - Parameter distance: How far the key lies ahead of the query; negative behind it.
        func admits(_ distance: Int) -> Bool {
            distance <= (isCausal ? 0 : Int.max) && -distance <= left ?? Int.max && distance <= right ?? Int.max
        }
    }

    private let window: Window
    private let keys: Int
    private let queries: Int
    /// Keys before the first query, from a cache inside the operator.
    private let past: Int
    /// How many keys of each sample are no padding, from a cache outside of it.
    private let validKeys: [Int]?
    private let mask: [Double]
    private let maskWidth: Int
    private let strides: [Int]

    /// - Parameter scores: `[batch, heads, queries, keys]`.
    init(
        _ window: Window, scores: Shape, mask: Tensor?, past: Int, validKeys: Tensor?
    ) throws(BitdepthError) {
        self.window = window
        keys = scores[3]
        queries = scores[2]
        self.past = past
        if let validKeys {
            self.validKeys = try ScoreBias.counts(validKeys, batch: scores[0], keys: scores[3])
        } else {
            self.validKeys = nil
        }
        guard let mask else {
            (self.mask, maskWidth, strides) = ([0], scores[3], [0, 0, 0, 0])
            return
        }
        self.mask = try ScoreBias.values(mask)
        (strides, maskWidth) = try ScoreBias.strides(mask.shape, scores: scores)
    }

    /// The bias of all keys for one query.
    func row(_ batch: Int, _ head: Int, _ query: Int) -> [Double] {
        let start = batch * strides[0] + head * strides[1] + query * strides[2]
        let open = validKeys?[batch] ?? keys
        // Where the query stands among all keys; those before the first query are its past.
        let position = (validKeys == nil ? past : open - queries) + query
        return (0..<keys).map { key in
            guard key < open, key < maskWidth, window.admits(key - position) else { return -.infinity }
            return mask[start + key * strides[3]]
        }
    }

    private static func counts(_ tensor: Tensor, batch: Int, keys: Int) throws(BitdepthError) -> [Int] {
        let counts = try tensor.integers()
        guard tensor.shape.dimensions == [batch] else {
            throw BitdepthError(
                .shapeMismatch, "nonpad_kv_seqlen has shape \(tensor.shape); it must be [\(batch)]")
        }
        if let wrong = counts.first(where: { $0 < 0 || $0 > keys }) {
            throw BitdepthError(.valueOutOfRange, "of \(keys) keys \(wrong) cannot be valid")
        }
        return counts
    }

    /// A Boolean mask says what takes part; a mask of numbers is added.
    private static func values(_ mask: Tensor) throws(BitdepthError) -> [Double] {
        guard mask.type == .bool else { return try mask.doubles() }
        return try mask.truths("attn_mask").map { $0 ? 0 : -.infinity }
    }

    /// Strides of a mask that broadcasts to the scores, and how many keys it speaks of: the others are not seen.
    private static func strides(
        _ mask: Shape, scores: Shape
    ) throws(BitdepthError) -> (strides: [Int], width: Int) {
        let missing = 4 - mask.rank
        let width = mask.dimensions.last ?? scores[3]
        let fits =
            missing >= 0 && width <= scores[3]
            && mask.dimensions.dropLast().enumerated().allSatisfy { $1 == 1 || $1 == scores[$0 + missing] }
        guard fits else {
            throw BitdepthError(.shapeMismatch, "a mask of shape \(mask) does not fit scores of shape \(scores)")
        }
        let own = mask.strides
        let strides = (0..<4).map { axis in
            axis < missing || (axis < 3 && mask[axis - missing] == 1) ? 0 : own[axis - missing]
        }
        return (strides, width)
    }
}
