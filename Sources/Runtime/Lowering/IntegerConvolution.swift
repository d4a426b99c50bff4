import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

/// `ConvInteger` of unsigned codes, whose zero point may be known only at run time, with constant weights in one group.
struct IntegerConvolution: Lowering {
    let node: FloatNode
    let input: ValueName
    /// That of the input; `nil` where it is 0.
    let zeroPoint: ValueName?
    let weights: IntegerProductWeights
    let plan: ConvolutionPlan

    init?(_ node: FloatNode, _ context: CompileContext) {
        guard let conv = node.op as? ConvInteger, conv.convolution.group == 1, node.clamp == .none,
            let input = node.node.input(0), context.facts[input]?.element == .uint8, context.constant(input) == nil,
            let shape = context.shape(input), let filters = context.constant(node.node.input(1)),
            let plan = ConvolutionPlan(window: conv.convolution.window, group: 1, input: shape, weight: filters.shape),
            let codes = try? filters.integers()
        else { return nil }
        zeroPoint = node.node.input(2)
        guard zeroPoint.map({ context.shape($0)?.count == 1 && context.facts[$0]?.element == .uint8 }) ?? true else {
            return nil
        }
        let weightZero = node.node.input(3)
        guard weightZero == nil || context.constant(weightZero) != nil,
            let weights = IntegerProductWeights(
                plan.arranged(codes, group: 0), columns: plan.outputs, type: filters.type,
                zeroPoint: context.constant(weightZero))
        else { return nil }
        self.node = node
        self.input = input
        self.weights = weights
        self.plan = plan
    }

    var reads: [ValueName] { [input] + (zeroPoint.map { [$0] } ?? []) }

    func emit(into builder: inout ProgramBuilder) throws(BitdepthError) {
        let codes = try builder.codes(input, layout: .channelsLast).buffer
        let zero = try zeroPoint.map { name throws(BitdepthError) in try builder.raw(name).buffer }
        let image = padded(codes, zero, &builder)
        let shape = plan.sum
        let sums = builder.buffer(bytes: shape.pixels * shape.columns * 4)
        try builder.addIntegerProduct(
            node, shape: shape, weights: weights, multiplyAccumulates: plan.multiplyAccumulates, input: image,
            zeroPoint: zero, output: sums)
        let target = builder.define(
            node.output, shape: try builder.shape(of: node.output), layout: .plain, cell: .raw(.int32))
        let plan = plan
        builder.add(.movement(node.output, "Transpose"), reads: [sums], writes: [target.buffer]) { placement in
            LayoutStep(
                input: placement[sums], output: placement[target.buffer], images: plan.images, rows: plan.output.area,
                columns: plan.outputs, isWide: true)
        }
    }

    /// The image with its border, which is the zero point.
    private func padded(_ codes: BufferID, _ zero: BufferID?, _ builder: inout ProgramBuilder) -> BufferID {
        guard let border = plan.border(fill: 0) else { return codes }
        let image = BorderedImage(
            images: plan.images, height: plan.input.height, width: plan.input.width, channels: plan.channels,
            elementBytes: 1, border: border)
        let target = builder.buffer(bytes: image.bytes)
        builder.add(
            .movement(input, "Pad"), reads: [codes] + (zero.map { [$0] } ?? []), writes: [target]
        ) { placement in
            PadStep(
                input: placement[codes], output: placement[target], image: image, fill: zero.map { placement[$0] })
        }
        return target
    }
}
