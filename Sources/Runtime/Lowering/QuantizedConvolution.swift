import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors
import CBitdepthKernels

/// `Conv` between 8-bit codes: 1-D and 2-D, any group, stride and dilation.
struct QuantizedConvolution: Lowering {
    let island: Island
    let input: (value: ValueName, parameters: CodeParameters)
    let plan: ConvolutionPlan
    let weights: QuantizedWeights
    /// An addition that follows and runs on the codes while they lie in the cache.
    var residual: ResidualSum?

    init?(_ island: Island, _ context: CompileContext) {
        guard let conv = island.op as? Conv, let input = island.activation(0),
            case .constant(let weight)? = island.input(1), weight.scales.count == 1 || weight.axis == 0,
            let inputShape = context.shape(input.value),
            let plan = ConvolutionPlan(
                window: conv.window, group: conv.group, input: inputShape, weight: weight.codes.shape),
            let weights = QuantizedWeights(
                weight, rows: { $0 }, columns: plan.outputs, depth: plan.channelsPerGroup * plan.kernel.area,
                bias: island.input(2), input: input.parameters,
                output: island.outputParameters)
        else { return nil }
        if plan.isDepthwise, island.outputParameters == nil || !weights.isSymmetric { return nil }
        self.island = island
        self.input = input
        self.plan = plan
        self.weights = weights
    }

    var reads: [ValueName] { [input.value] + (residual.map { [$0.other] } ?? []) }

    private var fill: UInt8 { UInt8(truncatingIfNeeded: input.parameters.zeroPoint) }

    var wantedBorder: (value: ValueName, border: Border)? {
        plan.border(fill: fill).map { (input.value, $0) }
    }

    // What is added lies without a border.
    var borderedOutput: ValueName? { residual == nil ? island.output : nil }

    func emit(into builder: inout ProgramBuilder) throws(BitdepthError) {
        let image = try builder.imageOfCodes(input.value, plan, fill: fill, node: island.node)
        var then: (sum: ResidualSum, other: BufferID)?
        if let residual { then = (residual, try builder.codes(residual.other, layout: .channelsLast).buffer) }
        var plan = plan
        let result = residual?.sum.island ?? island
        let output = builder.defineImage(
            result.output, shape: try builder.shape(of: island.coreOutput), cell: result.cell, plan: &plan,
            node: island.node)
        if plan.isDepthwise {
            try emitDepthwise(plan, image, output, into: &builder)
        } else {
            try builder.addQuantizedSum(
                island, shape: plan.sum, weights: weights, groups: plan.group,
                arranged: { plan.arranged(weights.codes, group: $0) }, input: image, output: output.buffer,
                outputOffset: plan.targetOffset, then: then, multiplyAccumulates: plan.multiplyAccumulates,
                kernel: .winograd(builder.kernels, plan, weights, outputs: island.epilogue.kind))
        }
    }

    private func emitDepthwise(
        _ plan: ConvolutionPlan, _ image: BufferID, _ output: View, into builder: inout ProgramBuilder
    ) throws(BitdepthError) {
        let packedBytes = try builder.kernels.entry(\.qdepthwise_packed_bytes)
        let pack = try builder.kernels.entry(\.qdepthwise_pack)
        let kernel = try builder.kernels.entry(\.qdepthwise)
        let (channels, height, width) = (Int64(plan.channels), Int64(plan.kernel.height), Int64(plan.kernel.width))
        var packed = [Int8](repeating: 0, count: packedBytes(channels, height, width))
        pack(weights.codes, channels, height, width, &packed)
        let packedWeights = builder.constant(packed)
        let bias = builder.constant(weights.bias.paddedForColumns(with: 0))
        let multiplier = builder.constant(weights.multipliers.paddedForColumns(with: 0))
        let epilogue = island.epilogue
        builder.add(
            island.description(
                kernel: "qdepthwise \(builder.instructionSet)", .integer, multiplyAccumulates: plan.multiplyAccumulates),
            reads: [image], writes: [output.buffer]
        ) { placement in
            QuantizedDepthwiseStep(
                kernel: kernel, plan: plan, input: placement[image],
                output: placement[output.buffer].advanced(by: plan.targetOffset),
                weights: packedWeights, bias: bias, multiplier: multiplier, epilogue: epilogue)
        }
    }
}
