import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

/// `Cast` of integers and Booleans to FP32 or to 64-bit integers.
struct IntegerCast: Lowering {
    let node: FloatNode
    let input: ValueName
    let types: (from: ElementType, to: ElementType)

    static let sources: Set<ElementType> = [.bool, .uint8, .int32, .int64]
    static let targets: Set<ElementType> = [.float32, .int64]

    init?(_ node: FloatNode, _ context: CompileContext) {
        guard node.op is Cast, node.clamp == .none, let input = node.node.input(0),
            let from = context.facts[input]?.element, IntegerCast.sources.contains(from),
            let to = context.facts[node.output]?.element, IntegerCast.targets.contains(to),
            context.shape(input) != nil
        else { return nil }
        self.node = node
        self.input = input
        types = (from, to)
    }

    var reads: [ValueName] { [input] }

    func emit(into builder: inout ProgramBuilder) throws(BitdepthError) {
        let view = try builder.raw(input)
        let target = builder.define(
            node.output, shape: view.shape, layout: .plain, cell: Cell(types.to))
        let types = types
        builder.add(node.description(kernel: "cast"), reads: [view.buffer], writes: [target.buffer]) { placement in
            IntegerCastStep(
                source: types.from, target: types.to, input: placement[view.buffer], output: placement[target.buffer],
                count: view.shape.count)
        }
    }
}
