import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

/// A ConvTranspose seen as a convolution of stride 1 over a wider image: between input pixels lie `stride - 1` zeros, the
/// kernel is mirrored, and the border is what remains of the kernel's extent after the pads.
struct TransposedPlan: Sendable {
    /// The convolution over the widened image, which has its border already.
    var convolution: ConvolutionPlan
    /// The image before widening.
    var source: ConvolutionPlan.Plane
    var strides: ConvolutionPlan.Plane
    /// Rows above and columns left of the first pixel.
    var top: Int
    var left: Int

    /// `nil` where the kernels do not apply: three spatial axes, borders that would have to be cut off.
    init?(_ op: ConvTranspose, input: Shape, weight: Shape) {
        guard input.rank == 3 || input.rank == 4, weight.rank == input.rank, input.count > 0, weight.count > 0,
            input[1] == weight[0], weight[0] % op.group == 0,
            let geometry = try? op.geometry(
                input: Array(input.dimensions[2...]), kernel: Array(weight.dimensions[2...])),
            geometry.input.allSatisfy({ $0 > 0 })
        else { return nil }
        func plane(_ extents: [Int], line: Int) -> ConvolutionPlan.Plane {
            extents.count == 1 ? .init(height: line, width: extents[0]) : .init(height: extents[0], width: extents[1])
        }
        // The geometry is that of the convolution that is transposed: its input is our output.
        let kernel = plane(geometry.kernel, line: 1)
        let dilations = plane(geometry.dilations, line: 1)
        let target = plane(geometry.input, line: 1)
        let begin = plane(geometry.padsBegin, line: 0)
        source = plane(geometry.output, line: 1)
        strides = plane(geometry.strides, line: 1)
        top = dilations.height * (kernel.height - 1) - begin.height
        left = dilations.width * (kernel.width - 1) - begin.width
        let padded = ConvolutionPlan.Plane(
            height: target.height + dilations.height * (kernel.height - 1),
            width: target.width + dilations.width * (kernel.width - 1))
        guard top >= 0, left >= 0, top + (source.height - 1) * strides.height < padded.height,
            left + (source.width - 1) * strides.width < padded.width
        else { return nil }
        convolution = ConvolutionPlan(
            images: input[0], channels: input[1], outputs: weight[1] * op.group, group: op.group, input: padded,
            output: target,
            kernel: kernel, strides: .init(height: 1, width: 1), dilations: dilations)
        guard convolution.isAddressable else { return nil }
    }

    /// The weights `[C, M/g, kh, kw]` as those of the convolution: `[M, C/g, kh, kw]`, taps mirrored.
    func mirrored<Element>(_ weights: [Element]) -> [Element] {
        let plan = convolution
        let taps = plan.kernel.area
        var result: [Element] = []
        result.reserveCapacity(weights.count)
        for output in 0..<plan.outputs {
            let (group, column) = (output / plan.outputsPerGroup, output % plan.outputsPerGroup)
            for channel in 0..<plan.channelsPerGroup {
                let base = ((group * plan.channelsPerGroup + channel) * plan.outputsPerGroup + column) * taps
                for tap in (0..<taps).reversed() { result.append(weights[base + tap]) }
            }
        }
        return result
    }
}

/// `ConvTranspose` in FP32 with constant weights.
struct FloatTransposedConvolution: Lowering {
    let node: FloatNode
    let input: ValueName
    let plan: TransposedPlan
    let weights: Tensor
    let bias: [Float]

    init?(_ node: FloatNode, _ context: CompileContext) {
        guard let op = node.op as? ConvTranspose, let input = node.node.input(0),
            context.facts[input]?.element == .float32,
            let weights = context.constant(node.node.input(1)), let shape = context.shape(input),
            let plan = TransposedPlan(op, input: shape, weight: weights.shape),
            let bias = FloatBias.values(node.node.input(2), count: plan.convolution.outputs, context)
        else { return nil }
        self.node = node
        self.input = input
        self.plan = plan
        self.weights = weights
        self.bias = bias
    }

    var reads: [ValueName] { [input] }

    func emit(into builder: inout ProgramBuilder) throws(BitdepthError) {
        let view = try builder.float(input, layout: .channelsLast)
        let image = builder.widenedImage(view.buffer, plan, elementBytes: 4, fill: 0, node: node.node)
        let output = builder.define(
            node.output, shape: try builder.shape(of: node.output), layout: .channelsLast, cell: .float32)
        let values = plan.mirrored(try weights.floats())
        try builder.addFloatSum(
            node.description(
                kernel: "sgemm \(builder.instructionSet)", multiplyAccumulates: plan.convolution.multiplyAccumulates),
            shape: plan.convolution.sum, groups: plan.convolution.group,
            arranged: { plan.convolution.arranged(values, group: $0) }, bias: bias, clamp: node.clamp, input: image,
            output: output.buffer)
    }
}

/// `ConvTranspose` of 8-bit codes.
struct QuantizedTransposedConvolution: Lowering {
    let island: Island
    let input: (value: ValueName, parameters: CodeParameters)
    let plan: TransposedPlan
    let weights: QuantizedWeights

    init?(_ island: Island, _ context: CompileContext) {
        guard let op = island.op as? ConvTranspose, let input = island.activation(0),
            case .constant(let constant)? = island.input(1), let weight = constant.repeated(groups: op.group),
            let inputShape = context.shape(input.value),
            let plan = TransposedPlan(op, input: inputShape, weight: weight.codes.shape),
            let weights = QuantizedWeights(
                weight, rows: plan.mirrored, columns: plan.convolution.outputs,
                depth: plan.convolution.channelsPerGroup * plan.convolution.kernel.area, bias: island.input(2),
                input: input.parameters, output: island.outputParameters)
        else { return nil }
        self.island = island
        self.input = input
        self.plan = plan
        self.weights = weights
    }

    var reads: [ValueName] { [input.value] }

    func emit(into builder: inout ProgramBuilder) throws(BitdepthError) {
        let view = try builder.codes(input.value, layout: .channelsLast)
        let fill = UInt8(truncatingIfNeeded: input.parameters.zeroPoint)
        let image = builder.widenedImage(view.buffer, plan, elementBytes: 1, fill: fill, node: island.node)
        let output = builder.defineOutput(
            of: island, shape: try builder.shape(of: island.coreOutput), layout: .channelsLast)
        try builder.addQuantizedSum(
            island, shape: plan.convolution.sum, weights: weights, groups: plan.convolution.group,
            arranged: { plan.convolution.arranged(weights.codes, group: $0) }, input: image, output: output.buffer,
            multiplyAccumulates: plan.convolution.multiplyAccumulates)
    }
}

extension QuantizedConstant {
    /// The weight of a ConvTranspose with a scale for every output: those of axis 1 hold in each group. `nil` for scales on
    /// another axis.
    fileprivate func repeated(groups: Int) -> QuantizedConstant? {
        guard scales.count > 1 else { return self }
        guard axis == 1 else { return nil }
        var constant = self
        constant.scales = (0..<groups).flatMap { _ in scales }
        constant.zeroPoints = zeroPoints.count == scales.count ? (0..<groups).flatMap { _ in zeroPoints } : zeroPoints
        return constant
    }
}

extension ProgramBuilder {
    /// The image with `stride - 1` pixels of zero between its pixels and the border around them.
    mutating func widenedImage(
        _ image: BufferID, _ plan: TransposedPlan, elementBytes: Int, fill: UInt8, node: Node
    ) -> BufferID {
        let convolution = plan.convolution
        let wide = buffer(bytes: convolution.images * convolution.input.area * convolution.channels * elementBytes)
        let description = StepDescription(
            node: node.label, operatorType: "Widen", fused: [], arithmetic: .movement, multiplyAccumulates: 0,
            kernel: "copy")
        add(description, reads: [image], writes: [wide]) { placement in
            WidenStep(
                input: placement[image], output: placement[wide], plan: plan,
                pixelBytes: convolution.channels * elementBytes, fill: fill)
        }
        return wide
    }
}

/// Spreads the pixels of an image over a wider one.
struct WidenStep: Step {
    var input: Location
    var output: Location
    var plan: TransposedPlan
    var pixelBytes: Int
    var fill: UInt8

    func bind(to frame: Frame, _ calls: inout CallList) {
        calls.alone { widen(frame) }
    }

    private func widen(_ frame: Frame) {
        let (wide, source) = (plan.convolution.input, plan.source)
        let from = frame.pointer(input)
        let to = frame.pointer(output)
        to.initializeMemory(as: UInt8.self, repeating: fill, count: plan.convolution.images * wide.area * pixelBytes)
        for image in 0..<plan.convolution.images {
            for y in 0..<source.height {
                let line = (image * wide.height + plan.top + y * plan.strides.height) * wide.width + plan.left
                for x in 0..<source.width {
                    (to + (line + x * plan.strides.width) * pixelBytes)
                        .copyMemory(
                            from: from + ((image * source.height + y) * source.width + x) * pixelBytes,
                            byteCount: pixelBytes)
                }
            }
        }
    }
}
