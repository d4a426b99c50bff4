import BitdepthGraphs
import BitdepthTensors

/// The sum of all elements up to each element along an axis. Source: ONNX operator specification, CumSum-14.
public struct CumSum: CumulativeOperator {
    public static let signature = OperatorSignature("CumSum", versions: [11, 14], inputs: 2...2)
    public let order: CumulativeOrder
    public init(_ attributes: AttributeReader) throws(BitdepthError) { order = try CumulativeOrder(attributes) }

    public var neutral: Int { 0 }
    public func combine(_ a: Double, _ b: Double) -> Double { a + b }
    public func combine(_ a: Int, _ b: Int) -> Int { a &+ b }
}
