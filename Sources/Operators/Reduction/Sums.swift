import BitdepthGraphs
import BitdepthTensors

/// The sum; 0 of nothing. Source: ONNX operator specification, ReduceSum-13.
public struct ReduceSum: ReductionOperator {
    public static let signature = OperatorSignature.reduction("ReduceSum", [1, 11, 13])
    public let options: ReductionOptions
    public init(_ attributes: AttributeReader) throws(BitdepthError) { options = try ReductionOptions(attributes) }
    public func reduce(_ values: [Double]) -> Double { values.reduce(0, +) }
    public func reduce(_ values: [Int], type: ElementType) -> Int { values.reduce(0, &+) }
}

/// The mean; NaN of nothing. Integers truncate toward zero. Source: ONNX operator specification, ReduceMean-18.
public struct ReduceMean: ReductionOperator {
    public static let signature = OperatorSignature.reduction("ReduceMean", [1, 11, 13, 18])
    public let options: ReductionOptions
    public init(_ attributes: AttributeReader) throws(BitdepthError) { options = try ReductionOptions(attributes) }
    public func reduce(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

    public func reduce(_ values: [Int], type: ElementType) throws(BitdepthError) -> Int {
        guard !values.isEmpty else { throw BitdepthError(.valueOutOfRange, "no integer is the mean of no integers") }
        return values.reduce(0, &+) / values.count
    }

    public var quantization: QuantizationRule { .unary }
}

/// The product; 1 of nothing. Source: ONNX operator specification, ReduceProd-18.
public struct ReduceProd: ReductionOperator {
    public static let signature = OperatorSignature.reduction("ReduceProd", [1, 11, 13, 18])
    public let options: ReductionOptions
    public init(_ attributes: AttributeReader) throws(BitdepthError) { options = try ReductionOptions(attributes) }
    public func reduce(_ values: [Double]) -> Double { values.reduce(1, *) }
    public func reduce(_ values: [Int], type: ElementType) -> Int { values.reduce(1, &*) }
}

/// The sum of squares; 0 of nothing. Source: ONNX operator specification, ReduceSumSquare-18.
public struct ReduceSumSquare: ReductionOperator {
    public static let signature = OperatorSignature.reduction("ReduceSumSquare", [1, 11, 13, 18])
    public let options: ReductionOptions
    public init(_ attributes: AttributeReader) throws(BitdepthError) { options = try ReductionOptions(attributes) }
    public func reduce(_ values: [Double]) -> Double { values.reduce(0) { $0 + $1 * $1 } }
    public func reduce(_ values: [Int], type: ElementType) -> Int { values.reduce(0) { $0 &+ $1 &* $1 } }
}

/// The sum of magnitudes; 0 of nothing. Source: ONNX operator specification, ReduceL1-18.
public struct ReduceL1: ReductionOperator {
    public static let signature = OperatorSignature.reduction("ReduceL1", [1, 11, 13, 18])
    public let options: ReductionOptions
    public init(_ attributes: AttributeReader) throws(BitdepthError) { options = try ReductionOptions(attributes) }
    public func reduce(_ values: [Double]) -> Double { values.reduce(0) { $0 + $1.magnitude } }
    public func reduce(_ values: [Int], type: ElementType) -> Int { values.reduce(0) { $0 &+ ($1 < 0 ? 0 &- $1 : $1) } }
}

/// The root of the sum of squares; 0 of nothing. Integers truncate. Source: ONNX operator specification, ReduceL2-18.
public struct ReduceL2: ReductionOperator {
    public static let signature = OperatorSignature.reduction("ReduceL2", [1, 11, 13, 18])
    public let options: ReductionOptions
    public init(_ attributes: AttributeReader) throws(BitdepthError) { options = try ReductionOptions(attributes) }
    public func reduce(_ values: [Double]) -> Double { values.reduce(0) { $0 + $1 * $1 }.squareRoot() }

    public func reduce(_ values: [Int], type: ElementType) throws(BitdepthError) -> Int {
        try truncated(reduce(values.map { Double($0) }))
    }
}
