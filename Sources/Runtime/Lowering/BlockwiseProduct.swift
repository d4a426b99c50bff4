import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors
import CBitdepthKernels

/// `MatMulNBits` of FP32 values with a constant matrix of 4-bit codes in blocks of 16 to 256.
struct BlockwiseProduct: Lowering {
    let node: FloatNode
    let input: ValueName
    let rows: Int
    let weights: BlockwiseWeights
    let bias: [Float]

    init?(_ node: FloatNode, _ context: CompileContext) {
        guard let op = node.op as? MatMulNBits, let input = node.node.input(0),
            context.facts[input]?.element == .float32, context.constant(input) == nil,
            let shape = context.shape(input), shape.count > 0, shape.dimensions.last == op.inputCount,
            // A list of blocks permutes the elements of K.
            node.node.input(4) == nil, let weights = BlockwiseWeights(op, node.node, context),
            let bias = FloatBias.values(node.node.input(5), count: op.outputCount, context)
        else { return nil }
        rows = shape.count / op.inputCount
        guard (try? Shape([rows, op.inputCount, op.outputCount])) != nil,
            (try? Shape([rows, weights.digitBytes])) != nil
        else { return nil }
        self.node = node
        self.input = input
        self.weights = weights
        self.bias = bias
    }

    var reads: [ValueName] { [input] }

    func emit(into builder: inout ProgramBuilder) throws(BitdepthError) {
        let view = try builder.float(input, layout: .plain)
        let output = builder.define(
            node.output, shape: try builder.shape(of: node.output), layout: .plain, cell: .float32)
        let begin = try builder.kernels.entry(\.nbits_begin)
        let kernel = try builder.kernels.entry(\.nbits)
        let digits = builder.buffer(bytes: rows * weights.digitBytes)
        let packed = builder.constant(try weights.packed())
        let bias = builder.constant(bias.paddedForColumns(with: 0))
        let (shape, rows, clamp) = (weights.shape, rows, node.clamp)
        builder.add(
            node.description(
                kernel: "nbits \(builder.instructionSet)",
                multiplyAccumulates: rows * Int(shape.depth) * Int(shape.columns)),
            reads: [view.buffer], writes: [output.buffer, digits]
        ) { placement in
            BlockwiseProductStep(
                begin: begin, kernel: kernel, shape: shape, rows: rows, input: placement[view.buffer],
                weights: packed, bias: bias, digits: placement[digits], output: placement[output.buffer], clamp: clamp)
        }
    }
}
