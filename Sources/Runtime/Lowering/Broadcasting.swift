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
        guard let operation = QuantizedBinary.operations[node.node.op], node.node.inputs.count == 2,
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
        var sources: [BroadcastSource] = []
        for operand in operands {
            switch operand {
            case .value(let name, _): sources.append(.buffer(try builder.float(name, layout: .plain).buffer))
            case .constant(let tensor): sources.append(.location(builder.constant(try tensor.floats())))
            }
        }
        let target = builder.define(node.output, shape: shape, layout: .plain, cell: .float32)
        let walk = BroadcastLoop(shape, operands[0].shape, operands[1].shape)
        let (operation, clamp) = (operation, node.clamp)
        builder.add(
            node.description(kernel: "broadcast"), reads: sources.compactMap(\.buffer), writes: [target.buffer]
        ) { [sources] placement in
            BroadcastStep(
                operation: operation, left: sources[0].location(placement), right: sources[1].location(placement),
                output: placement[target.buffer], loop: walk, clamp: clamp)
        }
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
        var extents = shape.dimensions
        var a = BroadcastLoop.strides(left, in: shape)
        var b = BroadcastLoop.strides(right, in: shape)
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

    private static func strides(_ operand: Shape, in shape: Shape) -> [Int] {
        let own = operand.strides
        let missing = shape.rank - operand.rank
        return (0..<shape.rank).map { axis in
            axis < missing || operand[axis - missing] == 1 ? 0 : own[axis - missing]
        }
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

struct BroadcastStep: Step {
    var operation: bd_binary_operation
    var left: Location
    var right: Location
    var output: Location
    var loop: BroadcastLoop
    var clamp: Clamp

    func run(_ frame: Frame) {
        switch operation {
        case BD_SUBTRACT: run(frame) { $0 - $1 }
        case BD_MULTIPLY: run(frame) { $0 * $1 }
        case BD_DIVIDE: run(frame) { $0 / $1 }
        default: run(frame) { $0 + $1 }
        }
    }

    @inline(__always)
    private func run(_ frame: Frame, _ apply: (Float, Float) -> Float) {
        let a = frame.pointer(left, as: Float.self)
        let b = frame.pointer(right, as: Float.self)
        let target = frame.pointer(output, as: Float.self)
        let (low, high) = (clamp.low, clamp.high)
        frame.parallel(loop.rows, grain: max(1, 16_384 / max(1, loop.inner))) { begin, end in
            for row in begin..<end {
                let offsets = loop.offsets(ofRow: row)
                let base = row * loop.inner
                for index in 0..<loop.inner {
                    let value = apply(
                        a[offsets.left + index * loop.leftInner], b[offsets.right + index * loop.rightInner])
                    // NaN compares false with everything and so passes through.
                    target[base + index] = value < low ? low : value > high ? high : value
                }
            }
        }
    }
}
