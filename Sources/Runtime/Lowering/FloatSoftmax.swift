import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors
import CBitdepthKernels

/// `Softmax` and `LogSoftmax` of FP32 values along any axis, in whatever layout they lie.
struct FloatSoftmax: Lowering {
    let node: FloatNode
    let input: ValueName
    let axis: Int

    init?(_ node: FloatNode, _ context: CompileContext) {
        guard let given = (node.op as? Softmax)?.axis ?? (node.op as? LogSoftmax)?.axis, node.clamp == .none,
            let input = node.node.input(0), context.facts[input]?.element == .float32,
            let shape = context.shape(input), shape.count > 0, let axis = try? shape.axis(given)
        else { return nil }
        self.node = node
        self.input = input
        self.axis = axis
    }

    var reads: [ValueName] { [input] }

    func emit(into builder: inout ProgramBuilder) throws(BitdepthError) {
        let view = try builder.float(input, layout: nil)
        guard let lanes = MemoryLanes(view.shape, axes: [axis], layout: view.layout) else {
            throw BitdepthError(.internal, "one axis is not its own neighbour")
        }
        let kernel = try builder.kernels.entry(\.ssoftmax)
        let target = builder.define(node.output, shape: view.shape, layout: view.layout, cell: .float32)
        let isLogarithm = node.op is LogSoftmax
        builder.add(
            node.description(kernel: "ssoftmax \(builder.instructionSet)"), reads: [view.buffer],
            writes: [target.buffer]
        ) { placement in
            SoftmaxStep(
                kernel: kernel, lanes: lanes, isLogarithm: isLogarithm, input: placement[view.buffer],
                output: placement[target.buffer])
        }
    }
}
