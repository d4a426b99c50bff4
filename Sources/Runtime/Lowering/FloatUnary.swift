import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

/// An element-wise function of FP32 values: the operator's own, element by element, in whatever layout the values lie.
struct FloatUnary: Lowering {
    let node: FloatNode
    let op: any UnaryOperator
    let input: ValueName

    init?(_ node: FloatNode, _ context: CompileContext) {
        guard let op = node.op as? any UnaryOperator, let input = node.node.input(0), node.clamp == .none,
            context.facts[input]?.element == .float32, context.shape(input) != nil
        else { return nil }
        self.node = node
        self.op = op
        self.input = input
    }

    var reads: [ValueName] { [input] }

    func emit(into builder: inout ProgramBuilder) throws(BitdepthError) {
        let view = try builder.float(input, layout: nil)
        let target = builder.define(node.output, shape: view.shape, layout: view.layout, cell: .float32)
        let op = op
        builder.add(node.description(kernel: "unary"), reads: [view.buffer], writes: [target.buffer]) { placement in
            FloatUnaryStep(
                op: op, input: placement[view.buffer], output: placement[target.buffer], count: view.shape.count)
        }
    }
}

struct FloatUnaryStep: Step {
    var op: any UnaryOperator
    var input: Location
    var output: Location
    var count: Int

    func bind(to frame: Frame, _ calls: inout CallList) {
        let from = frame.pointer(input, as: Float.self)
        let to = frame.pointer(output, as: Float.self)
        calls.split(count, grain: 2048) { begin, end in apply(op, from, to, begin, end) }
    }

    /// Opens the existential once, not per element.
    private func apply<Operation: UnaryOperator>(
        _ op: Operation, _ from: UnsafeMutablePointer<Float>, _ to: UnsafeMutablePointer<Float>, _ begin: Int,
        _ end: Int
    ) {
        for index in begin..<end { to[index] = Float(op.apply(Double(from[index]))) }
    }
}
