import BitdepthGraphs
import BitdepthTensors

/// (X - mean) / (deviation + 1e-9), mean and deviation taken over `axes`.
///
/// Source: ONNX operator specification, MeanVarianceNormalization-13.
public struct MeanVarianceNormalization: Operator {
    public static let signature = OperatorSignature("MeanVarianceNormalization", versions: [9, 13], inputs: 1...1)

    public let axes: [Int]

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        axes = try attributes.ints("axes") ?? [0, 2, 3]
    }

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] { [Fact(try inputs.required(0, "X").type)] }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let x = try inputs.required(0, "X")
        var kept = x.shape.dimensions
        for axis in axes { kept[try x.shape.axis(axis, what: "axes entry")] = 1 }
        let groups = try Shape(kept)
        let walk = try BroadcastWalk(x.shape, groups)
        var values = try x.doubles()
        let size = Double(x.count) / Double(max(groups.count, 1))
        let means = averages(values, walk, groups.count, size)
        walk.forEach { i, group in values[i] -= means[group] }
        let variances = averages(values.map { $0 * $0 }, walk, groups.count, size)
        walk.forEach { i, group in values[i] /= variances[group].squareRoot() + 1e-9 }
        return [try Tensor(reals: values, shape: x.shape, type: x.type)]
    }

    private func averages(_ values: [Double], _ walk: BroadcastWalk, _ groups: Int, _ size: Double) -> [Double] {
        var sums = [Double](repeating: 0, count: groups)
        walk.forEach { i, group in sums[group] += values[i] }
        return sums.map { $0 / size }
    }
}
