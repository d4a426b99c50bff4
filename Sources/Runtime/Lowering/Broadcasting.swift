import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors
import CBitdepthKernels

/// `Add`, `Sub`, `Mul`, `Div` of two FP32 tensors that broadcast, one of which may be constant.
struct FloatBroadcast: Lowering {
    let node: FloatNode
    let operation: bd_binary_operation
    let operands: [Operand]
    let shape: Shape

    enum Operand {
        case value(ValueName, Shape)
        case constant(Tensor)

        var shape: Shape {
            switch self {
            case .value(_, let shape): shape
            case .constant(let tensor): tensor.shape
            }
        }
    }

    init?(_ node: FloatNode, _ context: CompileContext) {
        guard let operation = FloatBinary.operations[node.node.op], node.node.inputs.count == 2,
            let shape = context.shape(node.output), shape.count > 0, context.facts[node.output]?.element == .float32
        else { return nil }
        var operands: [Operand] = []
        for case let name? in node.node.inputs {
            guard context.facts[name]?.element == .float32 else { return nil }
            if let constant = context.constant(name) {
                operands.append(.constant(constant))
            } else if let shape = context.shape(name) {
                operands.append(.value(name, shape))
            }
        }
        guard operands.count == 2 else { return nil }
        self.node = node
        self.operation = operation
        self.operands = operands
        self.shape = shape
    }

    var reads: [ValueName] {
        operands.compactMap { operand in if case .value(let name, _) = operand { name } else { nil } }
    }

    func emit(into builder: inout ProgramBuilder) throws(BitdepthError) {
        let layout = layout(in: builder)
        var sources: [BroadcastSource] = []
        var layouts: [Layout] = []
        for operand in operands {
            switch operand {
            case .value(let name, let own):
                layouts.append(own.rank == shape.rank ? layout : .plain)
                sources.append(.buffer(try builder.float(name, layout: layouts.last).buffer))
            case .constant(let tensor):
                layouts.append(.plain)
                sources.append(.location(builder.constant(try tensor.floats())))
            }
        }
        let kernel = try builder.kernels.entry(\.sbroadcast)
        let target = builder.define(node.output, shape: shape, layout: layout, cell: .float32)
        let walk = BroadcastLoop(
            shape, layout, left: (operands[0].shape, layouts[0]), right: (operands[1].shape, layouts[1]))
        let (operation, clamp) = (operation, node.clamp)
        builder.add(
            node.description(kernel: "sbroadcast \(builder.instructionSet)"), reads: sources.compactMap(\.buffer),
            writes: [target.buffer]
        ) { [sources] placement in
            BroadcastStep(
                kernel: kernel, operation: operation, left: sources[0].location(placement),
                right: sources[1].location(placement), output: placement[target.buffer], loop: walk, clamp: clamp)
        }
    }

    /// That in which the operands of the result's own shape lie.
    private func layout(in builder: ProgramBuilder) -> Layout {
        let whole = operands.compactMap { operand -> ValueName? in
            if case .value(let name, shape) = operand { name } else { nil }
        }
        return builder.broadcastLayout(of: whole, shape)
    }
}

extension ProgramBuilder {
    /// The layout of a result of this shape that some values of the same shape are combined to.
    func broadcastLayout(of whole: [ValueName], _ shape: Shape) -> Layout {
        whole.isEmpty || shape.rank < 3 ? .plain : commonLayout(of: whole)
    }
}

enum BroadcastSource: Sendable {
    case buffer(BufferID)
    case location(Location)

    var buffer: BufferID? { if case .buffer(let id) = self { id } else { nil } }

    func location(_ placement: Placement) -> Location {
        switch self {
        case .buffer(let id): placement[id]
        case .location(let location): location
        }
    }
}

/// The loops of a broadcast: outer axes with the strides of both operands, and one inner axis.
struct BroadcastLoop: Sendable {
    var outer: [Int]
    var leftStrides: [Int]
    var rightStrides: [Int]
    var inner: Int
    var leftInner: Int
    var rightInner: Int

    init(_ shape: Shape, _ left: Shape, _ right: Shape) {
        self.init(
            shape.dimensions, BroadcastLoop.strides(left, .plain, in: shape),
            BroadcastLoop.strides(right, .plain, in: shape))
    }

    /// - Parameters:
    ///   - shape: The result's, which lies in `layout`.
    ///   - left, right: The operands' shapes and layouts.
    init(_ shape: Shape, _ layout: Layout, left: (Shape, Layout), right: (Shape, Layout)) {
        let order = layout.axes(rank: shape.rank)
        let strides = [left, right].map { operand, layout in
            let own = BroadcastLoop.strides(operand, layout, in: shape)
            return order.map { own[$0] }
        }
        self.init(order.map { shape[$0] }, strides[0], strides[1])
    }

    /// - Parameters:
    ///   - extents: Of all axes, the outermost in memory first.
    ///   - left, right: How far apart neighbours along each axis lie in the operands.
    init(_ extents: [Int], _ left: [Int], _ right: [Int]) {
        let axes = extents.indices.filter { extents[$0] != 1 }
        var extents = axes.map { extents[$0] }
        var a = axes.map { left[$0] }
        var b = axes.map { right[$0] }
        inner = extents.popLast() ?? 1
        leftInner = a.popLast() ?? 0
        rightInner = b.popLast() ?? 0
        // Neighbouring axes along which both operands go on evenly are one axis.
        while let extent = extents.last, let x = a.last, let y = b.last, x == leftInner * inner, y == rightInner * inner
        {
            inner *= extent
            extents.removeLast()
            a.removeLast()
            b.removeLast()
        }
        outer = extents
        leftStrides = a
        rightStrides = b
    }

    /// For each axis of `shape` the stride of an operand in a layout; 0 where it repeats.
    static func strides(_ operand: Shape, _ layout: Layout, in shape: Shape) -> [Int] {
        let missing = shape.rank - operand.rank
        var strides = [Int](repeating: 0, count: shape.rank)
        var stride = 1
        for axis in layout.axes(rank: operand.rank).reversed() {
            if operand[axis] != 1 { strides[missing + axis] = stride }
            stride *= operand[axis]
        }
        return strides
    }

    var rows: Int { outer.reduce(1, *) }

    func offsets(ofRow row: Int) -> (left: Int, right: Int) {
        var rest = row
        var offsets = (left: 0, right: 0)
        for axis in outer.indices.reversed() {
            let position = rest % outer[axis]
            rest /= outer[axis]
            offsets.left += position * leftStrides[axis]
            offsets.right += position * rightStrides[axis]
        }
        return offsets
    }
}
