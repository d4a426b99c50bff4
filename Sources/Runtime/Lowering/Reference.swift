import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

/// A node without a kernel of its own: its operator's reference evaluation runs on tensors copied from the arena.
struct Reference: Lowering {
    let node: Node
    let op: any Operator
    let context: CompileContext

    var reads: [ValueName] { node.inputs.compactMap { $0 }.filter { context.constant($0) == nil } }

    var makesAllOutputs: Bool { true }

    /// Of the operators whose kernels count theirs; 0 for all others.
    private var multiplyAccumulates: Int {
        guard let input = context.shape(node.input(0)), let weight = context.shape(node.input(1)),
            let output = context.shape(node.output(0)), input.count > 0, weight.count > 0
        else { return 0 }
        let (results, depth) =
            switch op {
            case is Conv: (output.count, weight.count / weight[0])
            case is ConvTranspose: (input.count, weight.count / weight[0])
            case let gemm as Gemm: (output.count, gemm.transposesA ? input[0] : input[1])
            case is MatMul: (output.count, input.dimensions.last ?? 0)
            case is RNN, is GRU, is LSTM:
                (
                    input.dimensions.dropLast().reduce(1, *),
                    weight.count + (context.shape(node.input(2))?.count ?? 0)
                )
            default: (0, 0)
            }
        return (try? Shape([results, depth]))?.count ?? Shape.largestCount
    }

    func emit(into builder: inout ProgramBuilder) throws(BitdepthError) {
        var operands: [ReferenceOperand] = []
        for input in node.inputs {
            guard let input else { operands.append(.missing); continue }
            if let constant = context.constant(input) {
                operands.append(.constant(try constant.loaded()))
                continue
            }
            let view = try builder.raw(input)
            operands.append(.view(view, as: view.cell == .float32 ? .float32 : try builder.element(of: input)))
        }
        var results: [View?] = []
        for output in node.outputs {
            guard let output, context.isRead(output) else {
                results.append(nil); continue
            }
            let element = try builder.element(of: output)
            let shape = try builder.shape(of: output)
            results.append(
                builder.define(
                    output, shape: shape, layout: .plain, cell: Cell(element)))
        }
        try builder.addReference(
            node, op, operands: operands, results: results, arithmetic: .float, multiplyAccumulates: multiplyAccumulates
        )
    }
}

enum ReferenceOperand: Sendable {
    case view(View, as: ElementType)
    case constant(Tensor)
    case missing
}

extension ProgramBuilder {
    /// A step that evaluates an operator's reference; results with `nil` are dropped.
    mutating func addReference(
        _ node: Node, _ op: any Operator, operands: [ReferenceOperand], results: [View?],
        arithmetic: StepDescription.Arithmetic, multiplyAccumulates: Int = 0
    ) throws(BitdepthError) {
        let reads = operands.compactMap { operand -> BufferID? in
            if case .view(let view, _) = operand { view.buffer } else { nil }
        }
        let description = StepDescription(
            node: node.label, operatorType: node.op.type, fused: [], arithmetic: arithmetic,
            multiplyAccumulates: multiplyAccumulates, kernel: "reference")
        let place = node.place
        add(description, reads: reads, writes: results.compactMap { $0?.buffer }) { placement in
            ReferenceStep(
                place: place, op: op,
                operands: operands.map { operand in
                    switch operand {
                    case .view(let view, let type): .memory(placement[view.buffer], view.shape, type)
                    case .constant(let tensor): .constant(tensor)
                    case .missing: .missing
                    }
                },
                results: results.map {
                    $0.map { .init(location: placement[$0.buffer], shape: $0.shape, type: $0.cell.element) }
                })
        }
    }
}
