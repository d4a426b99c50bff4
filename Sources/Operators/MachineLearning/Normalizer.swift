import BitdepthGraphs
import BitdepthTensors

/// Every sample divided by its norm: X `[N, C]` or `[C]` of any numbers → FP32. Samples whose divisor is zero stay.
///
/// MAX divides by the largest element, as the formula says, not by the largest magnitude; the sum of L1 is that of the
/// magnitudes, as onnx's reference and ONNX Runtime have it.
/// Source: ONNX operator specification, ai.onnx.ml Normalizer-1.
public struct Normalizer: Operator {
    public static let signature = OperatorSignature(.machineLearning("Normalizer"), versions: [1], inputs: 1...1)
    public let norm: Norm

    public enum Norm: String, CaseIterable, Sendable {
        case max = "MAX"
        case l1 = "L1"
        case l2 = "L2"
    }

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        norm = try attributes.choice("norm", default: .max)
    }

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] {
        let x = try inputs.required(0, "X")
        _ = try FeatureMatrix.rows(x)
        return [Fact(.float32, x.type.shape)]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let x = try inputs.required(0, "X")
        let samples = try FeatureMatrix(x)
        let values = (0..<samples.rows).flatMap { index in
            let row = samples.row(index)
            let divisor = divisor(row)
            return divisor == 0 ? Array(row) : row.map { $0 / divisor }
        }
        return [try Tensor(reals: values, shape: x.shape, type: .float32)]
    }

    private func divisor(_ row: ArraySlice<Double>) -> Double {
        switch norm {
        case .max: row.max() ?? 0
        case .l1: row.reduce(0) { $0 + $1.magnitude }
        case .l2: row.reduce(0) { $0 + $1 * $1 }.squareRoot()
        }
    }
}
