import BitdepthGraphs
import BitdepthTensors

/// One node with what surrounds it in a QDQ graph: the DequantizeLinear of each operand, a Relu or Clip behind it, and the
/// QuantizeLinear of each result.
struct QDQIsland {
    var node: Node
    var operands: [Operand?]
    /// What bounds the result before it is quantized, with the node that does.
    var clamp: Clamp?
    /// The codes of each output; `nil` where an output stays float.
    var results: [QuantizedValue?]
    /// Positions of the nodes behind the node that one operator on codes stands for.
    var replaced: Set<Int>

    /// The codes of the first output.
    var result: QuantizedValue? { results.first ?? nil }

    enum Operand {
        case codes(QuantizedValue)
        case float(ValueName, constant: Tensor?)
    }

    struct Clamp {
        var op: OperatorName
        var low: Float
        var high: Float
    }
}

/// Codes with their parameters, as a QuantizeLinear or DequantizeLinear node says them.
struct QuantizedValue {
    var name: ValueName
    var element: ElementType
    /// The elements, where they are constant.
    var constant: Tensor?
    var scale: ValueName
    var scales: [Float]
    /// `nil` where it is left out and means 0.
    var zeroPoint: ValueName?
    var zeroPoints: [Int]
    var parameterShape: Shape
    /// The axis that has one scale for each index; `nil` for one scale.
    var axis: Int?

    var isPerTensor: Bool { axis == nil }

    /// Whether codes of these parameters mean what codes of the others mean.
    func means(theSameAs other: QuantizedValue) -> Bool {
        isPerTensor && other.isPerTensor && element == other.element && scales == other.scales
            && zeroPoints == other.zeroPoints
    }
}

/// Why an island cannot be one operator on codes.
struct Obstacle: Error {
    var reason: String
    init(_ reason: String) { self.reason = reason }
}
