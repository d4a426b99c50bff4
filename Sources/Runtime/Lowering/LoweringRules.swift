import BitdepthGraphs
import BitdepthOperators

/// Which kernels an operator can become: tables, tried from top to bottom. What no row takes runs by its reference.
enum LoweringRules {
    typealias IslandRule = @Sendable (Island, CompileContext) -> (any Lowering)?
    typealias FloatRule = @Sendable (FloatNode, CompileContext) -> (any Lowering)?

    /// Operators between codes and codes, or (sums only) between codes and floats.
    static let islands: [IslandRule] = [
        { QuantizedConvolution($0, $1) },
        { QuantizedTransposedConvolution($0, $1) },
        { QuantizedMatrixProduct($0, $1) },
        { QuantizedDynamicProduct($0, $1) },
        { QuantizedBinary($0, $1) },
        { QuantizedPool($0, $1) },
        { QuantizedConcatenation($0, $1) },
        { QuantizedPermutation($0, $1) },
        { QuantizedMovement($0, $1) },
    ]

    /// Sums whose result may stay float although their operands are codes.
    static let floatResults: Set<OperatorName> = ["Conv", "ConvTranspose", "Gemm", "MatMul"]

    /// Layers that multiply their input with their weights on codes where both are codes.
    static let recurrent: Set<OperatorName> = ["GRU", "LSTM", "RNN"]

    static let floats: [FloatRule] = [
        { FloatConvolution($0, $1) },
        { FloatTransposedConvolution($0, $1) },
        { FloatMatrixProduct($0, $1) },
        { FloatDynamicProduct($0, $1) },
        { BlockwiseProduct($0, $1) },
        { DynamicQuantization($0, $1) },
        { IntegerProduct($0, $1) },
        { IntegerConvolution($0, $1) },
        { Recurrent($0, $1) },
        { FloatBinary($0, $1) },
        { FloatBroadcast($0, $1) },
        { FloatPool($0, $1) },
        { FloatConcatenation($0, $1) },
        { PlainReshape($0, $1) },
        { FloatPermutation($0, $1) },
        { FloatFunction($0, $1) },
        { FloatUnary($0, $1) },
        { FloatSoftmax($0, $1) },
        { FloatNormalization($0, $1) },
        { ChannelNormalization($0, $1) },
        { FloatReduction($0, $1) },
        { Comparison($0, $1) },
        { Selection($0, $1) },
        { IntegerCast($0, $1) },
        { Rearrangement($0, $1) },
        { RowGathering($0, $1) },
    ]

    /// Float operators whose kernels clamp their result for nothing.
    static let clamping: Set<OperatorName> = [
        "Conv", "ConvTranspose", "Gemm", "MatMul", "Add", "Sub", "Mul", "Div", "Sum",
        OperatorName("MatMulNBits", domain: "com.microsoft"),
    ]
}
