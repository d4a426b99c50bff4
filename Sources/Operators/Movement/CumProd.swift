import BitdepthGraphs
import BitdepthTensors

/// The product of all elements up to each element along an axis. Source: ONNX operator specification, CumProd-26.
public struct CumProd: CumulativeOperator {
    public static let signature = OperatorSignature("CumProd", versions: [26], inputs: 2...2)
    public let order: CumulativeOrder
    public init(_ attributes: AttributeReader) throws(BitdepthError) { order = try CumulativeOrder(attributes) }

    public var neutral: Int { 1 }
    public func combine(_ a: Double, _ b: Double) -> Double { a * b }
    public func combine(_ a: Int, _ b: Int) -> Int { a &* b }
}
