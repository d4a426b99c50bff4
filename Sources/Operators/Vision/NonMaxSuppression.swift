import BitdepthGraphs
import BitdepthTensors

/// Of boxes `[N, B, 4]` with scores `[N, C, B]`, those that no box of a higher score overlaps much: `[K, 3]`, each an
/// image, a class and a box, by descending score within each class.
///
/// Of equal scores the earlier box comes first. A box whose score is the threshold is not taken, as everywhere in
/// practice. Source: ONNX operator specification, NonMaxSuppression-11.
public struct NonMaxSuppression: Operator {
    public static let signature = OperatorSignature("NonMaxSuppression", versions: [10, 11], inputs: 2...5)
    /// Whether boxes are given by center and size; else by two opposite corners.
    public let boxesAreCentered: Bool

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        let number = try attributes.int("center_point_box", default: 0)
        guard number == 0 || number == 1 else {
            throw attributes.invalid("center_point_box", "is \(number); allowed are 0 and 1")
        }
        boxesAreCentered = number == 1
    }

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] {
        let boxes = try inputs.required(0, "boxes")
        let scores = try inputs.required(1, "scores")
        try check(boxes.type, scores.type)
        return [Fact(.int64, PartialShape([.unknown, .known(3)]))]
    }

    private func check(_ boxes: TensorType, _ scores: TensorType) throws(BitdepthError) {
        guard boxes.element == .float32, scores.element == .float32 else {
            throw BitdepthError(
                .typeMismatch,
                "boxes are of type \(boxes.element.shortName), scores of \(scores.element.shortName); both must be f32")
        }
        let box = boxes.shape.dimensions ?? [.unknown, .unknown, .unknown]
        let score = scores.shape.dimensions ?? [.unknown, .unknown, .unknown]
        guard box.count == 3, score.count == 3, (box[2].value ?? 4) == 4,
            box[0].value == nil || score[0].value == nil || box[0] == score[0],
            box[1].value == nil || score[2].value == nil || box[1] == score[2]
        else {
            throw BitdepthError(
                .shapeMismatch, "boxes of shape \(boxes.shape) do not fit scores of shape \(scores.shape)")
        }
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let boxes = try inputs.required(0, "boxes")
        let scores = try inputs.required(1, "scores")
        try check(TensorType(of: boxes), TensorType(of: scores))
        let limit = try inputs.optional(2)?.integer("max_output_boxes_per_class") ?? 0
        let overlap = try threshold(inputs.optional(3), "iou_threshold") ?? 0
        guard (0...1).contains(overlap) else {
            throw BitdepthError(.valueOutOfRange, "iou_threshold is \(overlap); it must lie between 0 and 1")
        }
        let lowest = try threshold(inputs.optional(4), "score_threshold")
        let (allBoxes, allScores) = (try numbers(boxes, "boxes"), try numbers(scores, "scores"))
        let (classes, count) = (scores.shape[1], scores.shape[2])
        var selected: [Int64] = []
        for image in 0..<(scores.count > 0 ? scores.shape[0] : 0) {
            let rectangles = (0..<count).map { box in
                let first = (image * count + box) * 4
                return Rectangle(allBoxes[first..<first + 4], isCentered: boxesAreCentered)
            }
            for number in 0..<classes {
                let first = (image * classes + number) * count
                let ranked = ranked(Array(allScores[first..<first + count]), above: lowest)
                for box in select(ranked, rectangles, limit: limit, overlap: overlap) {
                    selected += [Int64(image), Int64(number), Int64(box)]
                }
            }
        }
        return [try Tensor(selected, shape: [selected.count / 3, 3])]
    }

    private func threshold(_ tensor: Tensor?, _ name: String) throws(BitdepthError) -> Float? {
        guard let tensor else { return nil }
        guard let value = try tensor.floats().first, tensor.count == 1, !value.isNaN else {
            throw BitdepthError(.valueOutOfRange, "\(name) is no number")
        }
        return value
    }

    private func numbers(_ tensor: Tensor, _ name: String) throws(BitdepthError) -> [Float] {
        let numbers = try tensor.floats()
        if let index = numbers.firstIndex(where: { $0.isNaN }) {
            throw BitdepthError(.notANumber, "element \(index) of the \(name) is NaN; it cannot be ranked")
        }
        return numbers
    }

    /// Boxes by descending score.
    private func ranked(_ scores: [Float], above lowest: Float?) -> [Int] {
        scores.indices.filter { index in lowest.map { scores[index] > $0 } ?? true }
            .sorted { scores[$0] > scores[$1] || scores[$0] == scores[$1] && $0 < $1 }
    }

    private func select(_ ranked: [Int], _ rectangles: [Rectangle], limit: Int, overlap: Float) -> [Int] {
        var selected: [Int] = []
        for box in ranked {
            if selected.count >= limit { break }
            let isSuppressed = selected.contains { rectangles[box].overlap(with: rectangles[$0]) > overlap }
            if !isSuppressed { selected.append(box) }
        }
        return selected
    }
}
