import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

/// A float node with an activation that was fused behind it.
struct FloatNode {
    var node: Node
    var op: any Operator
    var clamp: Clamp
    var output: ValueName
    var fused: [String]
    /// Whether a kernel may take the codes behind a DequantizeLinear instead of its floats.
    var readsCodes = false

    func description(kernel: String, multiplyAccumulates: Int = 0) -> StepDescription {
        StepDescription(
            node: node.label, operatorType: node.op.type, fused: fused, arithmetic: .float,
            multiplyAccumulates: multiplyAccumulates, kernel: kernel)
    }
}

/// `Conv` in FP32 with constant weights.
struct FloatConvolution: Lowering {
    let node: FloatNode
    let input: ValueName
    let plan: ConvolutionPlan
    let weights: Tensor
    let bias: [Float]

    init?(_ node: FloatNode, _ context: CompileContext) {
        guard let conv = node.op as? Conv, let input = node.node.input(0), context.facts[input]?.element == .float32,
            let weights = context.floatConstant(node.node.input(1)), let shape = context.shape(input),
            let plan = ConvolutionPlan(window: conv.window, group: conv.group, input: shape, weight: weights.shape),
            let bias = FloatBias.values(node.node.input(2), count: plan.outputs, context)
        else { return nil }
        self.node = node
        self.input = input
        self.plan = plan
        self.weights = weights
        self.bias = bias
    }

    var reads: [ValueName] { [input] }

    var wantedBorder: (value: ValueName, border: Border)? { plan.border(fill: 0).map { (input, $0) } }
    var borderedOutput: ValueName? { node.output }

    func emit(into builder: inout ProgramBuilder) throws(BitdepthError) {
        let image = try builder.imageOfFloats(input, plan, node: node.node)
        var plan = plan
        let output = builder.defineImage(
            node.output, shape: try builder.shape(of: node.output), cell: .float32, plan: &plan, node: node.node)
        let values = try weights.floats()
        if plan.isDepthwise {
            try emitDepthwise(plan, image, output, values, into: &builder)
        } else {
            try builder.addFloatSum(
                node.description(
                    kernel: "sgemm \(builder.instructionSet)", multiplyAccumulates: plan.multiplyAccumulates),
                shape: plan.sum, groups: plan.group, arranged: { plan.arranged(values, group: $0) }, bias: bias,
                clamp: node.clamp, input: image, output: output.buffer, outputOffset: plan.targetOffset)
        }
    }

    private func emitDepthwise(
        _ plan: ConvolutionPlan, _ image: BufferID, _ output: View, _ values: [Float],
        into builder: inout ProgramBuilder
    ) throws(BitdepthError) {
        let packedFloats = try builder.kernels.entry(\.sdepthwise_packed_floats)
        let pack = try builder.kernels.entry(\.sdepthwise_pack)
        let kernel = try builder.kernels.entry(\.sdepthwise)
        let (channels, height, width) = (Int64(plan.channels), Int64(plan.kernel.height), Int64(plan.kernel.width))
        var packed = [Float](repeating: 0, count: packedFloats(channels, height, width))
        pack(values, channels, height, width, &packed)
        let packedWeights = builder.constant(packed)
        let biasLocation = builder.constant(bias.paddedForColumns(with: 0))
        let clamp = node.clamp
        builder.add(
            node.description(
                kernel: "sdepthwise \(builder.instructionSet)", multiplyAccumulates: plan.multiplyAccumulates),
            reads: [image], writes: [output.buffer]
        ) { placement in
            FloatDepthwiseStep(
                kernel: kernel, plan: plan, input: placement[image],
                output: placement[output.buffer].advanced(by: plan.targetOffset * output.cell.bytes),
                weights: packedWeights, bias: biasLocation, clamp: clamp)
        }
    }
}

/// `Gemm`, and `MatMul` with the bias that may be added to it, in FP32 with a constant matrix.
struct FloatMatrixProduct: Lowering {
    let node: FloatNode
    let input: ValueName
    let product: MatrixProduct
    let matrix: Tensor
    let bias: [Float]

    init?(_ node: FloatNode, _ context: CompileContext) {
        guard let input = node.node.input(0), context.facts[input]?.element == .float32,
            let matrix = context.floatConstant(node.node.input(1)), let shape = context.shape(input),
            let product = MatrixProduct(node.op, shape, matrix.shape),
            let bias = FloatBias.values(node.node.input(2), count: product.columns, context)
        else { return nil }
        self.node = node
        self.input = input
        self.product = product
        self.matrix = matrix
        self.bias = bias
    }

    var reads: [ValueName] { [input] }

    func emit(into builder: inout ProgramBuilder) throws(BitdepthError) {
        let view = try builder.float(input, layout: .plain)
        let output = builder.define(
            node.output, shape: try builder.shape(of: node.output), layout: .plain, cell: .float32)
        let values = product.columnsFirst(try matrix.floats())
        let shape = SumShape.matrix(rows: product.rows, depth: product.depth, columns: product.columns)
        try builder.addFloatSum(
            node.description(
                kernel: "sgemm \(builder.instructionSet)",
                multiplyAccumulates: shape.pixels * shape.depth * shape.columns),
            shape: shape, groups: 1, arranged: { _ in values }, bias: bias, clamp: node.clamp, input: view.buffer,
            output: output.buffer)
    }
}

extension Shape {
    /// Whether a bias of this shape adds the same numbers to every row of a matrix of `columns` columns.
    func isBias(columns: Int) -> Bool { count == 1 || count == columns && dimensions.last == columns }
}

enum FloatBias {
    /// The constant bias of a sum, zeros where it has none; `nil` when it is not one value per column.
    static func values(_ name: ValueName?, count: Int, _ context: CompileContext) -> [Float]? {
        guard let name else { return [Float](repeating: 0, count: count) }
        guard let bias = context.floatConstant(name), bias.shape.isBias(columns: count), let values = try? bias.floats()
        else { return nil }
        return values.count == 1 ? [Float](repeating: values[0], count: count) : values
    }
}
