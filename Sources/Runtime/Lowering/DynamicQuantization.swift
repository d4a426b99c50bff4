import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

/// `DynamicQuantizeLinear` of FP32 values: codes, and the scale and zero point of the range that is met.
struct DynamicQuantization: Lowering {
    let node: FloatNode
    let input: ValueName
    private let context: CompileContext

    init?(_ node: FloatNode, _ context: CompileContext) {
        guard node.op is DynamicQuantizeLinear, node.clamp == .none, let input = node.node.input(0),
            context.facts[input]?.element == .float32, context.constant(input) == nil,
            let shape = context.shape(input), shape.count > 0
        else { return nil }
        self.node = node
        self.input = input
        self.context = context
    }

    var reads: [ValueName] { [input] }
    var makesAllOutputs: Bool { true }

    func emit(into builder: inout ProgramBuilder) throws(BitdepthError) {
        let view = try builder.float(input, layout: .plain)
        let codes = defined(0, view.shape, .raw(.uint8), &builder)
        let scale = defined(1, .scalar, .float32, &builder)
        let zeroPoint = defined(2, .scalar, .raw(.uint8), &builder)
        let reduce = try builder.kernels.entry(\.sreduce)
        let quantize = try builder.kernels.entry(\.quantize_u8)
        let count = view.shape.count
        let extremes = builder.buffer(bytes: DynamicQuantizationStep.scratchBytes(count: count))
        builder.add(
            node.description(kernel: "quantize \(builder.instructionSet)"), reads: [view.buffer],
            writes: [codes, scale, zeroPoint, extremes]
        ) { placement in
            DynamicQuantizationStep(
                reduce: reduce, quantize: quantize, count: count, input: placement[view.buffer],
                codes: placement[codes], scale: placement[scale], zeroPoint: placement[zeroPoint],
                extremes: placement[extremes])
        }
    }

    /// The buffer of an output, which nobody else sees where nobody reads it.
    private func defined(_ index: Int, _ shape: Shape, _ cell: Cell, _ builder: inout ProgramBuilder) -> BufferID {
        guard let name = node.node.output(index), context.isRead(name) else {
            return builder.buffer(bytes: shape.count * cell.bytes)
        }
        return builder.define(name, shape: shape, layout: .plain, cell: cell).buffer
    }
}
