import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors
import CBitdepthKernels

/// `Relu` or `Clip` of FP32 values that fused with nothing.
struct FloatClamp: Lowering {
    let node: Node
    let input: ValueName
    let output: ValueName
    let clamp: Clamp

    var reads: [ValueName] { [input] }

    func emit(into builder: inout ProgramBuilder) throws(BitdepthError) {
        let view = try builder.float(input, layout: nil)
        let kernel = try builder.kernels.entry(\.sclamp)
        let target = builder.define(output, shape: view.shape, layout: view.layout, cell: .float32)
        let clamp = clamp
        let description = StepDescription(
            node: node.label, operatorType: node.op.type, fused: [], arithmetic: .float, multiplyAccumulates: 0,
            kernel: "sclamp \(builder.instructionSet)")
        builder.add(description, reads: [view.buffer], writes: [target.buffer]) { placement in
            ClampStep(
                kernel: kernel, input: placement[view.buffer], output: placement[target.buffer], clamp: clamp,
                count: view.shape.count)
        }
    }
}

/// `Add`, `Sub`, `Mul`, `Div` of two FP32 tensors of the same shape.
struct FloatBinary: Lowering {
    let node: FloatNode
    let operation: bd_binary_operation

    /// A sum of two values is an addition.
    static let operations = QuantizedBinary.operations.merging(["Sum": BD_ADD]) { first, _ in first }

    init?(_ node: FloatNode, _ context: CompileContext) {
        guard node.node.inputs.count == 2, let operation = FloatBinary.operations[node.node.op],
            let left = node.node.input(0),
            let right = node.node.input(1), context.facts[left]?.element == .float32, context.constant(left) == nil,
            context.constant(right) == nil, let shape = context.shape(left), shape == context.shape(right),
            shape.count > 0
        else { return nil }
        self.node = node
        self.operation = operation
    }

    var reads: [ValueName] { node.node.inputs.compactMap { $0 } }

    func emit(into builder: inout ProgramBuilder) throws(BitdepthError) {
        let layout = builder.commonLayout(of: reads)
        let a = try builder.float(reads[0], layout: layout)
        let b = try builder.float(reads[1], layout: layout)
        let kernel = try builder.kernels.entry(\.sbinary)
        let target = builder.define(node.output, shape: a.shape, layout: layout, cell: .float32)
        let (operation, clamp) = (operation, node.clamp)
        builder.add(
            node.description(kernel: "sbinary \(builder.instructionSet)"), reads: [a.buffer, b.buffer],
            writes: [target.buffer]
        ) { placement in
            FloatBinaryStep(
                kernel: kernel, operation: operation, left: placement[a.buffer], right: placement[b.buffer],
                output: placement[target.buffer], clamp: clamp, count: a.shape.count)
        }
    }
}
