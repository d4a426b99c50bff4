import BitdepthGraphs
import BitdepthTensors

/// Elements added before and after some axes, or taken away where pads are negative: a constant, or what the data has
/// mirrored at its edge elements (reflect), as its edge elements (edge), or periodically (wrap).
///
/// `pads` holds the counts before all axes, then those behind. Source: ONNX operator specification, Pad-25.
public struct Pad: FoldableOperator {
    public static let signature = OperatorSignature(
        "Pad", versions: [1, 2, 11, 13, 18, 19, 21, 23, 24, 25], inputs: 2...4)
    public let mode: Mode
    private let hasConstantValue: Bool

    public enum Mode: String, Sendable, CaseIterable {
        case constant, reflect, edge, wrap
    }

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        mode = try attributes.choice("mode", default: .constant)
        hasConstantValue = attributes.hasInput(2)
    }

    /// Elements added (taken away where negative) before and behind one axis.
    struct Margin {
        var before = 0
        var behind = 0
    }

    /// - Returns: One margin for each axis; `nil` where an input that says how to pad is not constant.
    private func margins(_ inputs: [Fact?], rank: Int) throws(BitdepthError) -> [Margin]? {
        guard let pads = try inputs.integers(1) else { return nil }
        if inputs.optional(3) != nil, inputs.optional(3)?.constant == nil { return nil }
        let axes = try inputs.integers(3) ?? Array(0..<rank)
        guard pads.count == 2 * axes.count else {
            throw BitdepthError(
                .shapeMismatch, "\(pads.count) pads were given for \(axes.count) axes; there must be two for each")
        }
        if let wrong = pads.first(where: { $0 < -Shape.largestCount || $0 > Shape.largestCount }) {
            throw BitdepthError(.limitExceeded, "a pad of \(wrong) elements is too large")
        }
        var margins = [Margin](repeating: Margin(), count: rank)
        for (index, axis) in axes.enumerated() {
            margins[try Shape.normalize(axis: axis, rank: rank)] = Margin(
                before: pads[index], behind: pads[index + axes.count])
        }
        return margins
    }

    public func outputTypes(_ inputs: [Fact?]) throws(BitdepthError) -> [TensorType] {
        let data = try inputs.required(0, "data")
        guard let dimensions = data.dimensions else { return [TensorType(data.element, PartialShape.unknown)] }
        guard let margins = try margins(inputs, rank: dimensions.count) else {
            return [TensorType(data.element, PartialShape(dimensions.map { _ in .unknown }))]
        }
        var result: [Dimension] = []
        for (dimension, margin) in zip(dimensions, margins) {
            guard let extent = dimension.value else {
                result.append(margin.before == 0 && margin.behind == 0 ? dimension : .unknown)
                continue
            }
            let left = extent + min(margin.before, 0) + min(margin.behind, 0)
            guard left >= 0, left > 0 || mode == .constant || (margin.before <= 0 && margin.behind <= 0) else {
                throw BitdepthError(
                    .valueOutOfRange,
                    "pads of \(margin.before) and \(margin.behind) leave nothing of an extent of \(extent)")
            }
            result.append(.known(extent + margin.before + margin.behind))
        }
        return [TensorType(data.element, PartialShape(result))]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let data = try inputs.required(0, "data")
        let shape = try outputShape(inputs)
        guard shape.count > 0 else { return [try Tensor(zeros: shape, type: data.type)] }
        let margins = try margins(inputs.map { $0.map(Fact.init(constant:)) }, rank: data.shape.rank) ?? []
        // So negative that no sum with other offsets is a position.
        let outside = -data.count - 1
        let strides = data.shape.strides
        let offsets = shape.dimensions.indices.map { axis in
            (0..<shape[axis]).map { place in
                source(of: place, margins[axis], extent: data.shape[axis]).map { $0 * strides[axis] } ?? outside
            }
        }
        let zero = try Tensor(zeros: .scalar, type: data.type)
        let value = try inputs.optional(2)?.converted(to: data.type) ?? zero
        guard value.count == 1 else {
            throw BitdepthError(.shapeMismatch, "the constant value has \(value.count) elements")
        }
        let positions = try gridPositions(offsets).map { $0 < 0 ? data.count : $0 }
        return [try Tensor(joining: [data, value]).gathered(positions, shape: shape)]
    }

    /// The coordinate that an output coordinate reads; `nil` for the constant.
    private func source(of place: Int, _ margin: Margin, extent: Int) -> Int? {
        // What negative pads take away is no part of what is mirrored or repeated.
        let first = max(-margin.before, 0)
        let length = extent - first - max(-margin.behind, 0)
        let offset = place - max(margin.before, 0)
        if offset >= 0, offset < length { return first + offset }
        switch mode {
        case .constant: return nil
        case .edge: return first + (offset < 0 ? 0 : length - 1)
        case .wrap: return first + (offset % length + length) % length
        case .reflect:
            let period = max(2 * (length - 1), 1)
            let phase = (offset % period + period) % period
            return first + min(phase, period - phase) % length
        }
    }

    public static func upgrade(_ node: inout Node, to next: Int, in scope: inout UpgradeScope) throws(BitdepthError) {
        if next == 2, let pads = node.attributes.removeValue(forKey: "paddings") { node.attributes["pads"] = pads }
        guard next == 11 else { return }
        try node.moveToInput("pads", at: 1, in: &scope)
        // The default needs no input, which would have to be of the data's type.
        if node.attributes["value"] == .float(0) { node.attributes.removeValue(forKey: "value") }
        try node.moveToInput("value", at: 2, in: &scope)
    }

    /// Codes can only be moved about where what is added is the zero point.
    public var quantization: QuantizationRule { mode == .constant && hasConstantValue ? .float : .dataMovement }
}
