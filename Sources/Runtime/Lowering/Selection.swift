import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

/// `Where`: elements of one value or the other, as a Boolean value says; all three broadcast.
struct Selection: Lowering {
    let node: FloatNode
    let element: ElementType
    let shape: Shape

    init?(_ node: FloatNode, _ context: CompileContext) {
        let inputs = node.node.inputs.compactMap { $0 }
        guard node.op is Where, inputs.count == 3, node.clamp == .none, let shape = context.shape(node.output),
            shape.count > 0, let element = context.facts[node.output]?.element,
            [8, 16, 32, 64].contains(element.bitWidth), context.facts[inputs[0]]?.element == .bool,
            inputs.allSatisfy({ context.shape($0) != nil }),
            inputs.dropFirst().allSatisfy({ context.facts[$0]?.element == element })
        else { return nil }
        self.node = node
        self.element = element
        self.shape = shape
    }

    var reads: [ValueName] { node.node.inputs.compactMap { $0 } }

    func emit(into builder: inout ProgramBuilder) throws(BitdepthError) {
        let operands = [try builder.raw(reads[0]), try builder.raw(reads[1]), try builder.raw(reads[2])]
        let target = builder.define(
            node.output, shape: shape, layout: .plain, cell: Cell(element))
        let loop = SelectionLoop(shape, operands.map(\.shape))
        let bytes = target.cell.bytes
        builder.add(
            node.description(kernel: "select"), reads: operands.map(\.buffer), writes: [target.buffer]
        ) { placement in
            SelectionStep(
                loop: loop, elementBytes: bytes, condition: placement[operands[0].buffer],
                first: placement[operands[1].buffer], second: placement[operands[2].buffer],
                output: placement[target.buffer])
        }
    }
}

/// The loops of a selection: rows, and within a row how far apart the neighbours of each operand lie.
struct SelectionLoop: Sendable {
    var outer: [Int]
    /// For each operand the strides of the outer axes.
    var outerStrides: [[Int]]
    var inner: Int
    var innerStrides: [Int]

    init(_ shape: Shape, _ operands: [Shape]) {
        let axes = (0..<shape.rank).filter { shape[$0] != 1 }
        let all = operands.map { operand in
            let own = BroadcastLoop.strides(operand, .plain, in: shape)
            return axes.map { own[$0] }
        }
        outer = axes.dropLast().map { shape[$0] }
        outerStrides = all.map { Array($0.dropLast()) }
        inner = axes.last.map { shape[$0] } ?? 1
        innerStrides = all.map { $0.last ?? 0 }
    }

    var rows: Int { outer.reduce(1, *) }

    /// Where a row begins in an operand.
    func offset(ofRow row: Int, in operand: Int) -> Int {
        var rest = row
        var offset = 0
        for axis in outer.indices.reversed() {
            offset += rest % outer[axis] * outerStrides[operand][axis]
            rest /= outer[axis]
        }
        return offset
    }
}
