import BitdepthGraphs

/// How an operator that takes codes to codes is read: as a float operator between DequantizeLinear and QuantizeLinear.
///
/// Wherever codes are operands, their scale and zero point are the next two inputs.
struct QOperatorSpelling: Sendable {
    /// The float operator.
    var op: OperatorName
    var operands: [Operand]
    /// Where operands of a variable number begin, three inputs each.
    var furtherOperands: Int?
    /// The input that is the output's scale; its zero point is the next one.
    var result: Int
    /// Whether without that input the output is float.
    var mayBeFloat = false
    /// Attributes that the float operator does not have.
    var dropped: Set<String> = []

    enum Operand: Sendable {
        /// Codes at an input.
        case codes(Int, perChannel: ParameterAxis? = nil)
        /// An INT32 bias at an input, whose scale is the product of the operands' scales, times alpha where there is one.
        case bias(Int)
        /// An input that is not quantized.
        case plain(Int)
    }

    /// The axis along which an operand may have one scale for each index.
    enum ParameterAxis: Sendable {
        case outputChannels
        case rows
        case columns
        /// Columns of the second factor, which are rows of its tensor where `transB` is set.
        case columnsOfB

        /// - Parameter rank: Of the operand; where it is unknown, the axis counts from the end.
        func index(_ node: Node, rank: Int?) -> Int? {
            switch self {
            case .outputChannels: 0
            case .columnsOfB: node.attributes["transB"] == .int(1) ? 0 : 1
            case .rows, .columns: rank.map { $0 < fromEnd ? nil : $0 - fromEnd } ?? -fromEnd
            }
        }

        /// Where the scales lie in a scale tensor of several axes, counted from its end.
        var fromEnd: Int { if case .rows = self { 2 } else { 1 } }
    }

    static let all: [OperatorName: QOperatorSpelling] = [
        "QLinearConv": convolution,
        microsoft("QLinearConv"): convolution,
        "QLinearMatMul": .init(
            op: "MatMul", operands: [.codes(0, perChannel: .rows), .codes(3, perChannel: .columns)], result: 6),
        microsoft("QGemm"): .init(
            op: "Gemm", operands: [.codes(0), .codes(3, perChannel: .columnsOfB), .bias(6)], result: 7, mayBeFloat: true
        ),
        microsoft("QLinearAdd"): .init(op: "Add", operands: [.codes(0), .codes(3)], result: 6),
        microsoft("QLinearMul"): .init(op: "Mul", operands: [.codes(0), .codes(3)], result: 6),
        microsoft("QLinearConcat"): .init(op: "Concat", operands: [], furtherOperands: 2, result: 0),
        microsoft("QLinearWhere"): .init(op: "Where", operands: [.plain(0), .codes(1), .codes(4)], result: 7),
        microsoft("QLinearSigmoid"): unary("Sigmoid"),
        microsoft("QLinearLeakyRelu"): unary("LeakyRelu"),
        microsoft("QLinearSoftmax"): unary("Softmax", dropped: ["opset"]),
        microsoft("QLinearAveragePool"): unary("AveragePool", dropped: [channelsLast]),
        microsoft("QLinearGlobalAveragePool"): unary("GlobalAveragePool", dropped: [channelsLast]),
    ]

    /// What ONNX Runtime defined for 16-bit and 4-bit codes before ONNX did, and means the same.
    static let standardNames: [OperatorName: OperatorName] = [
        microsoft("QuantizeLinear"): "QuantizeLinear",
        microsoft("DequantizeLinear"): "DequantizeLinear",
    ]

    static let channelsLast = "channels_last"

    private static let convolution = QOperatorSpelling(
        op: "Conv", operands: [.codes(0), .codes(3, perChannel: .outputChannels), .bias(8)], result: 6,
        dropped: [channelsLast])

    private static func unary(_ op: OperatorName, dropped: Set<String> = []) -> QOperatorSpelling {
        QOperatorSpelling(op: op, operands: [.codes(0)], result: 3, dropped: dropped)
    }

    private static func microsoft(_ type: String) -> OperatorName { OperatorName(type, domain: "com.microsoft") }
}
