import BitdepthGraphs
import BitdepthTensors

/// The largest element, NaN where one is NaN; of nothing -∞, or the smallest value of an integer type.
///
/// Source: ONNX operator specification, ReduceMax-20.
public struct ReduceMax: ReductionOperator {
    public static let signature = OperatorSignature.reduction("ReduceMax", [1, 11, 12, 13, 18, 20])
    public let options: ReductionOptions
    public init(_ attributes: AttributeReader) throws(BitdepthError) { options = try ReductionOptions(attributes) }
    public func reduce(_ values: [Double]) -> Double { values.reduce(-.infinity) { $0.isNaN || $0 > $1 ? $0 : $1 } }
    public func reduce(_ values: [Int], type: ElementType) -> Int { values.max() ?? type.integerRange?.lowerBound ?? 0 }
}

/// The smallest element, NaN where one is NaN; of nothing ∞, or the largest value of an integer type.
///
/// Source: ONNX operator specification, ReduceMin-20.
public struct ReduceMin: ReductionOperator {
    public static let signature = OperatorSignature.reduction("ReduceMin", [1, 11, 12, 13, 18, 20])
    public let options: ReductionOptions
    public init(_ attributes: AttributeReader) throws(BitdepthError) { options = try ReductionOptions(attributes) }
    public func reduce(_ values: [Double]) -> Double { values.reduce(.infinity) { $0.isNaN || $0 < $1 ? $0 : $1 } }
    public func reduce(_ values: [Int], type: ElementType) -> Int { values.min() ?? type.integerRange?.upperBound ?? 1 }
}
