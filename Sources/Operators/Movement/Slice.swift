import BitdepthGraphs
import BitdepthTensors

/// Every `steps`-th element from `starts` up to, not including, `ends` along some axes; negative places count from the
/// end, negative steps walk backwards, and places outside are drawn inside.
///
/// Source: ONNX operator specification, Slice-13.
public struct Slice: FoldableOperator {
    public static let signature = OperatorSignature("Slice", versions: [1, 10, 11, 13], inputs: 3...5)
    public init(_ attributes: AttributeReader) {}

    /// What is taken along one axis.
    struct Cut {
        var axis: Int
        var start: Int
        var end: Int
        var step: Int

        /// Coordinates on an axis of `extent` elements that the cut reads, in order.
        func coordinates(extent: Int) -> StrideTo<Int> {
            let backwards = step < 0
            func place(_ value: Int, lowest: Int) -> Int {
                let fromStart = value < 0 ? max(value, -extent - 1) + extent : value
                return min(max(fromStart, lowest), backwards ? extent - 1 : extent)
            }
            // Backwards only the end may lie before the first element: unlike in NumPy, a start there is drawn inside.
            return stride(
                from: place(start, lowest: 0), to: place(end, lowest: backwards ? -1 : 0),
                // A step beyond the extent reads one element, as a step of the extent plus one does.
                by: max(min(step, extent + 1), -extent - 1))
        }
    }

    /// - Returns: `nil` where an input that says what to cut is not constant.
    private func cuts(_ inputs: [Fact?], rank: Int) throws(BitdepthError) -> [Cut]? {
        guard let starts = try inputs.integers(1), let ends = try inputs.integers(2) else { return nil }
        if inputs.optional(3) != nil, inputs.optional(3)?.constant == nil { return nil }
        if inputs.optional(4) != nil, inputs.optional(4)?.constant == nil { return nil }
        let axes = try inputs.integers(3) ?? Array(0..<starts.count)
        let steps = try inputs.integers(4) ?? [Int](repeating: 1, count: starts.count)
        guard ends.count == starts.count, axes.count == starts.count, steps.count == starts.count else {
            throw BitdepthError(
                .shapeMismatch,
                "\(starts.count) starts, \(ends.count) ends, \(axes.count) axes and \(steps.count) steps were given")
        }
        var cuts: [Cut] = []
        for index in starts.indices {
            guard steps[index] != 0 else { throw BitdepthError(.valueOutOfRange, "step \(index) is zero") }
            let axis = try Shape.normalize(axis: axes[index], rank: rank)
            guard !cuts.contains(where: { $0.axis == axis }) else {
                throw BitdepthError(.valueOutOfRange, "axes \(axes) name an axis twice")
            }
            cuts.append(Cut(axis: axis, start: starts[index], end: ends[index], step: steps[index]))
        }
        return cuts
    }

    public func outputTypes(_ inputs: [Fact?]) throws(BitdepthError) -> [TensorType] {
        let data = try inputs.required(0, "data")
        guard var dimensions = data.dimensions else { return [TensorType(data.element, PartialShape.unknown)] }
        guard let cuts = try cuts(inputs, rank: dimensions.count) else {
            return [TensorType(data.element, PartialShape(dimensions.map { _ in .unknown }))]
        }
        for cut in cuts {
            guard let extent = dimensions[cut.axis].value else {
                dimensions[cut.axis] = .unknown
                continue
            }
            try Shape([extent]).checkedForEvaluation()
            dimensions[cut.axis] = .known(cut.coordinates(extent: extent).underestimatedCount)
        }
        return [TensorType(data.element, PartialShape(dimensions))]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let data = try inputs.required(0, "data")
        let shape = try outputShape(inputs)
        guard shape.count > 0 else { return [try Tensor(zeros: shape, type: data.type)] }
        let strides = data.shape.strides
        var offsets = data.shape.axisOffsets
        for cut in try cuts(inputs.map { $0.map(Fact.init(constant:)) }, rank: data.shape.rank) ?? [] {
            offsets[cut.axis] = cut.coordinates(extent: data.shape[cut.axis]).map { $0 * strides[cut.axis] }
        }
        return [try data.gathered(try gridPositions(offsets), shape: shape)]
    }

    public static func upgrade(_ node: inout Node, to next: Int, in scope: inout UpgradeScope) throws(BitdepthError) {
        guard next == 10 else { return }
        try node.moveToInput("starts", at: 1, in: &scope)
        try node.moveToInput("ends", at: 2, in: &scope)
        try node.moveToInput("axes", at: 3, in: &scope)
    }

    public var quantization: QuantizationRule { .dataMovement }
}
