import BitdepthGraphs
import BitdepthTensors

/// The mean of every window: X `[N, C, D…]` → `[N, C, O…]`.
///
/// Source: ONNX operator specification, AveragePool-22.
public struct AveragePool: Operator {
    public static let signature = OperatorSignature("AveragePool", versions: [1, 7, 10, 11, 19, 22], inputs: 1...1)

    public let window: Window
    /// Whether zeros of the padding count as elements. What hangs over the padding never does.
    public let countsPadding: Bool

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        window = try Window(attributes)
        countsPadding = try attributes.flag("count_include_pad", default: false)
    }

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] {
        let x = try inputs.required(0, "X")
        return [Fact(x.element, try Pool.output(window, x.type.shape))]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let x = try inputs.required(0, "X")
        let pool = try Pool(window, over: x.shape)
        return [try Tensor(reals: try averages(try x.doubles(), pool), shape: pool.shape, type: x.type)]
    }

    /// Windows without any element have the mean 0.
    private func averages(_ values: [Double], _ pool: Pool) throws(BitdepthError) -> [Double] {
        var means = try [Double](repeating: 0, filling: pool.shape)
        let pixels = max(pool.geometry.outputCount, 1)
        let counts =
            countsPadding && pool.shape.count > 0 ? (0..<pixels).map { pool.geometry.paddedTapCount(at: $0) } : []
        pool.forEach { output, plane, taps in
            var sum = 0.0
            for tap in taps { sum += values[plane + tap.input] }
            let count = countsPadding ? counts[output % pixels] : taps.count
            means[output] = count == 0 ? 0 : sum / Double(count)
        }
        return means
    }

    public var quantization: QuantizationRule { .unary }
}
