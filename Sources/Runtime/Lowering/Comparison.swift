import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

/// `Equal`, `Less` and their kin of operands that broadcast, one of which may be constant.
struct Comparison: Lowering {
    let node: FloatNode
    let question: Question
    let element: ElementType
    let shape: Shape

    enum Question: Sendable {
        case equal, less, lessOrEqual, greater, greaterOrEqual

        init?(_ op: any Operator) {
            switch op {
            case is Equal: self = .equal
            case is Less: self = .less
            case is LessOrEqual: self = .lessOrEqual
            case is Greater: self = .greater
            case is GreaterOrEqual: self = .greaterOrEqual
            default: return nil
            }
        }
    }

    /// Types whose elements the step reads as they lie.
    static let elements: Set<ElementType> = [.float32, .int32, .int64, .uint8, .bool]

    init?(_ node: FloatNode, _ context: CompileContext) {
        guard let question = Question(node.op), node.node.inputs.count == 2, node.clamp == .none,
            let shape = context.shape(node.output), shape.count > 0,
            let element = context.facts[node.node.inputs[0] ?? node.output]?.element,
            Comparison.elements.contains(element),
            node.node.inputs.allSatisfy({ name in
                context.shape(name) != nil && context.facts[name ?? node.output]?.element == element
            })
        else { return nil }
        self.node = node
        self.question = question
        self.element = element
        self.shape = shape
    }

    var reads: [ValueName] { node.node.inputs.compactMap { $0 } }

    func emit(into builder: inout ProgramBuilder) throws(BitdepthError) {
        let a = try builder.raw(reads[0])
        let b = try builder.raw(reads[1])
        let target = builder.define(node.output, shape: shape, layout: .plain, cell: .raw(.bool))
        let loop = BroadcastLoop(shape, a.shape, b.shape)
        let (question, element) = (question, element)
        builder.add(node.description(kernel: "compare"), reads: [a.buffer, b.buffer], writes: [target.buffer]) {
            placement in
            ComparisonStep(
                question: question, element: element, loop: loop, left: placement[a.buffer], right: placement[b.buffer],
                output: placement[target.buffer])
        }
    }
}
