import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

/// An operator that only puts elements of its first input elsewhere: where each element comes from is found out when the
/// graph is compiled, by evaluating the operator on positions.
struct Rearrangement: Lowering {
    let node: FloatNode
    let input: ValueName
    let element: ElementType
    let sources: ElementSources

    static let operators: Set<OperatorName> = [
        "Slice", "Split", "Expand", "Tile", "Pad", "DepthToSpace", "SpaceToDepth", "Resize", "Gather", "GatherElements",
        "GatherND", "ReverseSequence", "Transpose",
    ]

    init?(_ node: FloatNode, _ context: CompileContext) {
        guard node.clamp == .none, let input = node.node.input(0), context.constant(input) == nil,
            let element = context.facts[input]?.element, [8, 16, 32, 64].contains(element.bitWidth),
            let sources = ElementSources(node.node, node.op, output: node.output, element, context)
        else { return nil }
        self.node = node
        self.input = input
        self.element = element
        self.sources = sources
    }

    var reads: [ValueName] { [input] }

    func emit(into builder: inout ProgramBuilder) throws(BitdepthError) {
        let isFloat = element == .float32
        let keepsRank = try builder.shape(of: input).rank == sources.shape.rank
        let view =
            isFloat ? try builder.float(input, layout: keepsRank ? nil : .plain) : try builder.raw(input)
        let target = builder.define(
            node.output, shape: sources.shape, layout: view.layout, cell: Cell(element))
        var description = node.description(kernel: "copy")
        description.arithmetic = .movement
        builder.addRearrangement(description, sources, from: view, to: target)
    }
}

extension ProgramBuilder {
    /// A step that copies blocks of elements to where they belong.
    mutating func addRearrangement(
        _ description: StepDescription, _ sources: ElementSources, from view: View, to target: View
    ) {
        let blocks = sources.blocks(from: view, to: target)
        let starts = constant(blocks.starts)
        let (count, bytes) = (blocks.starts.count, target.cell.bytes)
        let (length, fill) = (blocks.length, sources.fill)
        add(description, reads: [view.buffer], writes: [target.buffer]) { placement in
            RearrangementStep(
                starts: starts, count: count, length: length, elementBytes: bytes, fill: fill,
                input: placement[view.buffer], output: placement[target.buffer])
        }
    }
}
