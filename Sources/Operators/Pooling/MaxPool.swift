import BitdepthGraphs
import BitdepthTensors

/// The maximum of every window, and optionally where it lies: X `[N, C, D…]` → Y and Indices `[N, C, O…]`.
///
/// Padding never wins. An index is the flat position in all of X, of the first of equal maxima.
/// Source: ONNX operator specification, MaxPool-22.
public struct MaxPool: Operator {
    public static let signature = OperatorSignature(
        "MaxPool", versions: [1, 8, 10, 11, 12, 22], inputs: 1...1, outputs: 1...2)

    public let window: Window
    /// Whether indices count the spatial axes column by column.
    public let indicesAreColumnMajor: Bool

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        window = try Window(attributes)
        indicesAreColumnMajor = try attributes.flag("storage_order", default: false)
    }

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] {
        let x = try inputs.required(0, "X")
        let shape = try Pool.output(window, x.type.shape)
        return [Fact(x.element, shape), Fact(.int64, shape)]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let x = try inputs.required(0, "X")
        let pool = try Pool(window, over: x.shape)
        let values = try x.doubles()
        let lowest = x.type.integerRange.map { Double($0.lowerBound) } ?? -Double.infinity
        var maxima = try [Double](repeating: lowest, filling: pool.shape)
        var indices = try [Int64](repeating: -1, filling: pool.shape)
        pool.forEach { output, plane, taps in
            guard let first = taps.first else { return }
            var best = first.input
            for tap in taps.dropFirst() where values[plane + tap.input] > values[plane + best] { best = tap.input }
            maxima[output] = values[plane + best]
            indices[output] = Int64(plane + (indicesAreColumnMajor ? columnMajor(best, pool.geometry.input) : best))
        }
        return [
            try Tensor(saturating: maxima, shape: pool.shape, type: x.type), try Tensor(indices, shape: pool.shape),
        ]
    }

    private func columnMajor(_ flat: Int, _ extents: [Int]) -> Int {
        var position = 0
        for (axis, coordinate) in unravel(flat, extents).enumerated().reversed() {
            position = position * extents[axis] + coordinate
        }
        return position
    }

    public var quantization: QuantizationRule { .dataMovement }
}
