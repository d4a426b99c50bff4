import BitdepthGraphs
import BitdepthTensors

/// How an operator between codes is spelled as one operator on codes.
enum QOperatorRule: Sendable {
    /// A sum of products of an activation and a weight, with a bias of 32 bits.
    case sum(Sum)
    /// A function of operands of one scale each: each with its scale and zero point, then those of the result.
    case function(Function)
    /// Scale and zero point of the result, then each operand with its own.
    case concatenation(OperatorName)

    struct Function: Sendable {
        var op: OperatorName
        var operands = 1
        /// Attributes that only the operator on codes has.
        var added: [String: Attribute] = [:]
        /// Attributes that it lacks, with the value that it means.
        var implied: [String: Attribute] = [:]
        /// Whether ONNX Runtime's kernel rounds means that lie halfway between two codes otherwise than QuantizeLinear does.
        /// They are common only where the scale stays the same.
        var mustRescale = false
    }

    struct Sum: Sendable {
        var op: OperatorName
        /// The axis of the weight that may have one scale for each index; rows of B instead of columns where `transB` is set.
        var weightAxis: Int
        var weightRank: Int?
        var hasBias: Bool
        /// Whether the bias stands before the scale of the result, which may then be left out for a float result.
        var mayBeFloat = false
        /// Whether zero points of the weight's channels have to be equal.
        var wantsOneZeroPoint = false
    }

    static let all: [OperatorName: QOperatorRule] = [
        "Conv": .sum(.init(op: "QLinearConv", weightAxis: 0, hasBias: true, wantsOneZeroPoint: true)),
        "MatMul": .sum(.init(op: "QLinearMatMul", weightAxis: 1, weightRank: 2, hasBias: false)),
        "Gemm": .sum(.init(op: microsoft("QGemm"), weightAxis: 1, hasBias: true, mayBeFloat: true)),
        "Add": .function(.init(op: microsoft("QLinearAdd"), operands: 2)),
        "Mul": .function(.init(op: microsoft("QLinearMul"), operands: 2)),
        "Sigmoid": .function(.init(op: microsoft("QLinearSigmoid"))),
        "LeakyRelu": .function(.init(op: microsoft("QLinearLeakyRelu"))),
        "Softmax": .function(.init(op: microsoft("QLinearSoftmax"), added: ["opset": .int(13)])),
        "AveragePool": .function(
            .init(op: microsoft("QLinearAveragePool"), implied: ["dilations": .int(1)], mustRescale: true)),
        "GlobalAveragePool": .function(.init(op: microsoft("QLinearGlobalAveragePool"), mustRescale: true)),
        "Concat": .concatenation(microsoft("QLinearConcat")),
    ]

    /// Operators that move elements about, which ONNX Runtime has no kernels on codes for.
    static let immovable: Set<OperatorName> = ["Dropout", "GlobalMaxPool"]

    /// Types of weights for each type of activations, as far as ONNX Runtime has kernels for them.
    static let weightTypes: [ElementType: Set<ElementType>] = [.uint8: [.uint8, .int8], .int8: [.int8]]

    private static func microsoft(_ type: String) -> OperatorName { OperatorName(type, domain: "com.microsoft") }
}
