import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors
import CBitdepthKernels

/// `InstanceNormalization` and `GroupNormalization` of FP32 images in whatever layout they lie.
struct ChannelNormalization: Lowering {
    let node: FloatNode
    let input: ValueName
    let groups: Int
    let epsilon: Float
    let scale: [Float]
    let bias: [Float]

    init?(_ node: FloatNode, _ context: CompileContext) {
        guard let input = node.node.input(0), context.facts[input]?.element == .float32, node.clamp == .none,
            let shape = context.shape(input), shape.rank >= 2, shape.count > 0,
            let (groups, epsilon) = ChannelNormalization.attributes(node.op, channels: shape[1]),
            shape[1] % groups == 0,
            let scale = try? context.floatConstant(node.node.input(1))?.floats(), scale.count == shape[1],
            let bias = try? context.floatConstant(node.node.input(2))?.floats(), bias.count == shape[1]
        else { return nil }
        self.node = node
        self.input = input
        self.groups = groups
        self.epsilon = epsilon
        self.scale = scale
        self.bias = bias
    }

    private static func attributes(_ op: any Operator, channels: Int) -> (groups: Int, epsilon: Float)? {
        switch op {
        case let op as InstanceNormalization: (channels, op.epsilon)
        case let op as GroupNormalization: (op.groups, op.epsilon)
        default: nil
        }
    }

    var reads: [ValueName] { [input] }

    func emit(into builder: inout ProgramBuilder) throws(BitdepthError) {
        let view = try builder.float(input, layout: nil)
        let affine = try builder.kernels.entry(\.saffine)
        let (images, pixels, channels) = view.channelsLast
        let image = NormalizedImages(
            images: images, pixels: pixels, channels: channels, groups: groups, epsilon: epsilon,
            isChannelsLast: view.layout == .channelsLast && !view.isLayoutFree, scale: builder.constant(scale),
            bias: builder.constant(bias))
        let target = builder.define(node.output, shape: view.shape, layout: view.layout, cell: .float32)
        let scratch = builder.buffer(bytes: image.scratchCount * 4)
        let sums = try builder.kernels.entry(\.schannelsums)
        builder.add(
            node.description(kernel: "schannelsums \(builder.instructionSet)"), reads: [view.buffer],
            writes: [target.buffer, scratch]
        ) { placement in
            ChannelNormalizationStep(
                sums: sums, affine: affine, image: image, input: placement[view.buffer],
                output: placement[target.buffer], scratch: placement[scratch])
        }
    }
}
