import BitdepthGraphs
import BitdepthTensors

/// The weights of a QAttention, in columns for queries, keys and values, each with its scales and zero points.
struct QuantizedColumns {
    private var codes: [ValueName]
    /// One for all columns of a part, or as many as it has columns.
    private var scales: [ValueName]
    private var zeroPoints: [ValueName]?
    private var isPerColumn: Bool

    /// - Returns: `nil` where the shape of the scales is not known, or the zero points have another.
    init?(
        _ node: Node, _ widths: [Int], _ facts: InferredFacts, _ replacement: inout Replacement
    ) throws(BitdepthError) {
        guard let weights = node.input(1), let scale = node.input(4), let count = facts[scale]?.type.shape.shape?.count,
            count == 1 || facts.rank(scale) == 1
        else { return nil }
        let zeroPoint = node.input(7)
        if let zeroPoint {
            guard facts[zeroPoint]?.type.shape.shape?.count == count else { return nil }
        }
        isPerColumn = count > 1
        codes = try replacement.split(weights, widths, axis: 1)
        scales = widths.map { _ in scale }
        zeroPoints = zeroPoint.map { zeroPoint in widths.map { _ in zeroPoint } }
        guard isPerColumn else { return }
        scales = try replacement.split(scale, widths, axis: 0)
        if let zeroPoint { zeroPoints = try replacement.split(zeroPoint, widths, axis: 0) }
    }

    /// A part as reals.
    func dequantized(_ part: Int, _ replacement: inout Replacement) -> ValueName {
        replacement.add(
            "DequantizeLinear", [codes[part], scales[part], zeroPoints?[part]], isPerColumn ? ["axis": .int(1)] : [:])
    }
}
