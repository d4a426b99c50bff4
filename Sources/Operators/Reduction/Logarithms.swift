import BitdepthGraphs
import BitdepthTensors

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The logarithm of the sum; -∞ of nothing. Source: ONNX operator specification, ReduceLogSum-28.
public struct ReduceLogSum: ReductionOperator {
    public static let signature = OperatorSignature.reduction("ReduceLogSum", [1, 11, 13, 18, 28])
    public let options: ReductionOptions
    public init(_ attributes: AttributeReader) throws(BitdepthError) { options = try ReductionOptions(attributes) }
    public func reduce(_ values: [Double]) -> Double { log(values.reduce(0, +)) }

    public func reduce(_ values: [Int], type: ElementType) throws(BitdepthError) -> Int {
        try truncated(reduce(values.map { Double($0) }))
    }
}

/// The logarithm of the sum of exponentials; -∞ of nothing. Source: ONNX operator specification, ReduceLogSumExp-28.
public struct ReduceLogSumExp: ReductionOperator {
    public static let signature = OperatorSignature.reduction("ReduceLogSumExp", [1, 11, 13, 18, 28])
    public let options: ReductionOptions
    public init(_ attributes: AttributeReader) throws(BitdepthError) { options = try ReductionOptions(attributes) }

    public func reduce(_ values: [Double]) -> Double {
        // The largest is taken out of the sum, so that no exponential overflows; an infinite one is the answer itself.
        guard let largest = values.max(), largest.isFinite else {
            return values.contains { $0.isNaN } ? .nan : values.max() ?? -.infinity
        }
        return largest + log(values.reduce(0) { $0 + exp($1 - largest) })
    }

    public func reduce(_ values: [Int], type: ElementType) throws(BitdepthError) -> Int {
        try truncated(reduce(values.map { Double($0) }))
    }
}

/// The integer toward zero of a real result.
///
/// - Throws: ``BitdepthError/Code/valueOutOfRange`` for infinities and NaN, which no integer stands for.
func truncated(_ value: Double) throws(BitdepthError) -> Int {
    guard let integer = Int(exactly: value.rounded(.towardZero)) else {
        throw BitdepthError(.valueOutOfRange, "\(value) is no 64-bit integer")
    }
    return integer
}
