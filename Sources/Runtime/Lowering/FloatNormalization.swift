import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors
import CBitdepthKernels

/// `LayerNormalization` and `RMSNormalization` of FP32 values whose scale and bias are constant.
struct FloatNormalization: Lowering {
    let node: FloatNode
    let input: ValueName
    let axis: Int
    let epsilon: Float
    let scale: [Float]
    let bias: [Float]?

    init?(_ node: FloatNode, _ context: CompileContext) {
        guard let (given, epsilon) = FloatNormalization.attributes(node.op), node.clamp == .none,
            // Somebody may also want the means and deviations; the reference makes those.
            node.output == node.node.output(0), !node.node.outputs.dropFirst().contains(where: context.isRead),
            let input = node.node.input(0), context.facts[input]?.element == .float32,
            let shape = context.shape(input), shape.count > 0, let axis = try? shape.axis(given),
            let scale = FloatNormalization.run(node.node.input(1), shape, axis, context)
        else { return nil }
        bias = FloatNormalization.run(node.node.input(2), shape, axis, context)
        guard (bias == nil) == (node.node.input(2) == nil) else { return nil }
        self.node = node
        self.input = input
        self.axis = axis
        self.epsilon = epsilon
        self.scale = scale
    }

    private static func attributes(_ op: any Operator) -> (axis: Int, epsilon: Float)? {
        switch op {
        case let op as LayerNormalization: (op.axis, op.epsilon)
        case let op as RMSNormalization: (op.axis, op.epsilon)
        default: nil
        }
    }

    /// A constant with one element for each of a run, or one for all; `nil` for others.
    private static func run(_ name: ValueName?, _ shape: Shape, _ axis: Int, _ context: CompileContext) -> [Float]? {
        let axes = Array(shape.dimensions[axis...])
        guard let tensor = context.floatConstant(name), let values = try? tensor.floats() else { return nil }
        let length = axes.reduce(1, *)
        if values.count == 1 { return [Float](repeating: values[0], count: length) }
        // Axes of one element in front do no harm.
        return tensor.shape.dimensions.drop { $0 == 1 }.elementsEqual(axes.drop { $0 == 1 }) && values.count == length
            ? values : nil
    }

    var reads: [ValueName] { [input] }

    func emit(into builder: inout ProgramBuilder) throws(BitdepthError) {
        let view = try builder.float(input, layout: .plain)
        let kernel = try builder.kernels.entry(\.snormalize)
        let target = builder.define(node.output, shape: view.shape, layout: .plain, cell: .float32)
        let scale = builder.constant(scale)
        let bias = bias.map { builder.constant($0) }
        let (length, epsilon, isCentered) = (self.scale.count, epsilon, node.op is LayerNormalization)
        builder.add(
            node.description(kernel: "snormalize \(builder.instructionSet)"), reads: [view.buffer],
            writes: [target.buffer]
        ) { placement in
            NormalizationStep(
                kernel: kernel, rows: view.shape.count / length, length: length, epsilon: epsilon,
                isCentered: isCentered, input: placement[view.buffer], scale: scale, bias: bias,
                output: placement[target.buffer])
        }
    }
}
