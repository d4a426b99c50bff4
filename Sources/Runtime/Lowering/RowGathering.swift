import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

/// `Gather` of whole rows, as from a table of embeddings.
struct RowGathering: Lowering {
    let node: FloatNode
    let indices: ValueName
    let element: ElementType
    let data: Source
    let shape: Shape
    let axis: Int

    enum Source {
        case value(ValueName)
        case constant(Tensor)
    }

    init?(_ node: FloatNode, _ context: CompileContext) {
        guard let gather = node.op as? Gather, node.clamp == .none, let name = node.node.input(0),
            let indices = node.node.input(1),
            let type = context.facts[indices]?.element, type == .int64 || type == .int32,
            let element = context.facts[name]?.element, [8, 16, 32, 64].contains(element.bitWidth),
            let result = context.shape(node.output), result.count > 0, context.shape(indices) != nil,
            let shape = context.constant(name)?.shape ?? context.shape(name), shape.count > 0,
            let axis = try? shape.axis(gather.axis)
        else { return nil }
        self.node = node
        self.indices = indices
        self.element = element
        self.shape = shape
        self.axis = axis
        if let constant = context.constant(name) {
            guard let loaded = try? constant.loaded() else { return nil }
            data = .constant(loaded)
        } else {
            data = .value(name)
        }
    }

    var reads: [ValueName] {
        if case .value(let name) = data { [name, indices] } else { [indices] }
    }

    func emit(into builder: inout ProgramBuilder) throws(BitdepthError) {
        let places = try builder.raw(indices)
        var table: View?
        var constant: Tensor?
        switch data {
        case .value(let name): table = try builder.raw(name)
        case .constant(let tensor): constant = tensor
        }
        let target = builder.define(
            node.output, shape: try builder.shape(of: node.output), layout: .plain,
            cell: Cell(element))
        let rows = GatheredRows(
            outer: shape.count(of: 0..<axis), extent: shape[axis],
            bytes: shape.count(of: axis + 1..<shape.rank) * element.bitWidth / 8)
        var description = node.description(kernel: "gather")
        description.arithmetic = .movement
        let (place, isWide) = (node.node.place, places.cell.bytes == 8)
        builder.add(
            description, reads: [places.buffer] + (table.map { [$0.buffer] } ?? []), writes: [target.buffer]
        ) { [table, constant] placement in
            GatheringStep(
                place: place, rows: rows, count: places.shape.count, isWide: isWide, indices: placement[places.buffer],
                table: table.map { placement[$0.buffer] }, constant: constant, output: placement[target.buffer])
        }
    }
}
