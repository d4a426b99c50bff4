import BitdepthMetrics
import BitdepthOperators

@testable import BitdepthCalibration

/// Statistics of one sample.
func statistics(_ values: [Float]) -> TensorStatistics {
    var statistics = TensorStatistics()
    statistics.observe(sample: values)
    return statistics
}

extension QuantizationScheme {
    static func symmetric(_ bits: Int) -> Self { Self(bits: bits, isSigned: true, isSymmetric: true) }
    static func asymmetric(_ bits: Int) -> Self { Self(bits: bits, isSigned: false, isSymmetric: false) }
}

/// (r - r')² of quantizing a value and back, in FP64.
func squaredError(of value: Double, _ parameters: QuantizationParameters) -> Double {
    let low = Double(parameters.codes.lowerBound - parameters.zeroPoint)
    let high = Double(parameters.codes.upperBound - parameters.zeroPoint)
    let scale = Double(parameters.scale)
    let difference = value - min(max((value / scale).rounded(.toNearestOrEven), low), high) * scale
    return difference * difference
}

/// The mean of the squared errors of values one by one.
func measuredError(_ values: [Float], _ parameters: QuantizationParameters) -> Double {
    values.reduce(0) { $0 + squaredError(of: Double($1), parameters) } / Double(values.count)
}

func decibels(_ ratio: Double) -> Double { 10 * ratio.naturalLogarithm / 10.0.naturalLogarithm }
