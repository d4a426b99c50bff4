import BitdepthTensors

/// Mean 0 and variance 1 over consecutive runs of elements: what layer, group and instance normalization share.
struct Standardization {
    var values: [Double]
    /// Of each run.
    private(set) var means: [Double] = []
    private(set) var inverseDeviations: [Double] = []

    /// - Parameters:
    ///   - runLength: Elements of a run; must divide the number of values.
    ///   - isCentered: Whether the mean is subtracted; without, the root mean square becomes 1.
    init(_ values: [Double], runLength: Int, epsilon: Double, isCentered: Bool = true) {
        self.values = values
        guard runLength > 0 else { return }
        for first in stride(from: 0, to: values.count, by: runLength) {
            let run = first..<first + runLength
            var sum = 0.0
            if isCentered { for i in run { sum += values[i] } }
            let mean = sum / Double(runLength)
            var squares = 0.0
            for i in run { squares += (values[i] - mean) * (values[i] - mean) }
            let inverse = 1 / (squares / Double(runLength) + epsilon).squareRoot()
            for i in run { self.values[i] = (values[i] - mean) * inverse }
            means.append(mean)
            inverseDeviations.append(inverse)
        }
    }

    /// Multiplies by `scale` and adds `bias`, both broadcast to the values' `shape`.
    mutating func apply(scale: Tensor, bias: Tensor?, shape: Shape) throws(BitdepthError) {
        try combine(scale, "scale", shape) { $0 * $1 }
        if let bias { try combine(bias, "bias", shape) { $0 + $1 } }
    }

    /// Multiplies by `scale` and adds `bias`, one element for each index of axis 1.
    mutating func apply(channelScale scale: Tensor, channelBias bias: Tensor, shape: Shape) throws(BitdepthError) {
        let channels = [shape[1]] + [Int](repeating: 1, count: shape.rank - 2)
        guard scale.shape.dimensions == [shape[1]], bias.shape.dimensions == [shape[1]] else {
            throw BitdepthError(
                .shapeMismatch, "scale \(scale) and bias \(bias) must have one element for each of \(shape[1]) channels"
            )
        }
        try apply(
            scale: try scale.reshaped(to: try Shape(channels)), bias: try bias.reshaped(to: try Shape(channels)),
            shape: shape)
    }

    private mutating func combine(
        _ operand: Tensor, _ name: String, _ shape: Shape, _ function: (Double, Double) -> Double
    ) throws(BitdepthError) {
        let walk = try BroadcastWalk(shape, operand.shape)
        guard walk.shape == shape else {
            throw BitdepthError(.shapeMismatch, "\(name) of shape \(operand.shape) does not broadcast to \(shape)")
        }
        let elements = try operand.doubles()
        var result = values
        walk.forEach { to, from in result[to] = function(result[to], elements[from]) }
        values = result
    }
}
