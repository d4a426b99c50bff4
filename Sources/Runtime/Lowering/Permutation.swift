import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

/// `Transpose` of FP32 values.
struct FloatPermutation: Lowering {
    let node: FloatNode
    let input: ValueName
    let copy: StridedCopy

    init?(_ node: FloatNode, _ context: CompileContext) {
        guard let transpose = node.op as? Transpose, let input = node.node.input(0), node.clamp == .none,
            context.facts[input]?.element == .float32, let shape = context.shape(input), shape.count > 0,
            let permutation = try? transpose.permutation(rank: shape.rank)
        else { return nil }
        self.node = node
        self.input = input
        copy = StridedCopy(shape, permutation: permutation)
    }

    var reads: [ValueName] { [input] }

    func emit(into builder: inout ProgramBuilder) throws(BitdepthError) {
        let view = try builder.float(input, layout: .plain)
        let target = builder.define(
            node.output, shape: try builder.shape(of: node.output), layout: .plain, cell: .float32)
        let copy = copy
        builder.add(
            StepDescription.movement(node.output, "Transpose"), reads: [view.buffer], writes: [target.buffer]
        ) { placement in
            PermutationStep(copy: copy, input: placement[view.buffer], output: placement[target.buffer], isWide: true)
        }
    }
}

/// `Transpose` of 8-bit codes.
struct QuantizedPermutation: Lowering {
    let island: Island
    let input: (value: ValueName, parameters: CodeParameters)
    let copy: StridedCopy

    init?(_ island: Island, _ context: CompileContext) {
        guard let transpose = island.op as? Transpose, let input = island.activation(0),
            let output = island.outputParameters,
            input.parameters == output, island.clamp == nil, let shape = context.shape(input.value), shape.count > 0,
            let permutation = try? transpose.permutation(rank: shape.rank)
        else { return nil }
        self.island = island
        self.input = input
        copy = StridedCopy(shape, permutation: permutation)
    }

    var reads: [ValueName] { [input.value] }

    func emit(into builder: inout ProgramBuilder) throws(BitdepthError) {
        let view = try builder.codes(input.value, layout: .plain)
        let target = builder.defineOutput(of: island, shape: try builder.shape(of: island.coreOutput), layout: .plain)
        let copy = copy
        builder.add(island.description(kernel: "copy", .movement), reads: [view.buffer], writes: [target.buffer]) {
            placement in
            PermutationStep(copy: copy, input: placement[view.buffer], output: placement[target.buffer], isWide: false)
        }
    }
}

/// Reads a row-major tensor along its axes in another order; writes row by row.
struct StridedCopy: Sendable {
    /// Extents of the result, outermost first, without the last axis.
    var outer: [Int]
    var outerStrides: [Int]
    var inner: Int
    var innerStride: Int

    init(_ shape: Shape, permutation: [Int]) {
        let strides = shape.strides
        var extents = permutation.map { shape[$0] }
        var steps = permutation.map { strides[$0] }
        inner = extents.popLast() ?? 1
        innerStride = steps.popLast() ?? 1
        outer = extents
        outerStrides = steps
    }

    var rows: Int { outer.reduce(1, *) }

    func offset(ofRow row: Int) -> Int {
        var rest = row
        var offset = 0
        for axis in outer.indices.reversed() {
            offset += rest % outer[axis] * outerStrides[axis]
            rest /= outer[axis]
        }
        return offset
    }
}

struct PermutationStep: Step {
    var copy: StridedCopy
    var input: Location
    var output: Location
    /// Elements of four bytes, or of one.
    var isWide: Bool

    func run(_ frame: Frame) {
        if isWide { run(frame, of: UInt32.self) } else { run(frame, of: UInt8.self) }
    }

    @inline(__always)
    private func run<Element: BitwiseCopyable>(_ frame: Frame, of type: Element.Type) {
        let from = frame.pointer(input, as: type)
        let to = frame.pointer(output, as: type)
        frame.parallel(copy.rows, grain: max(1, 16_384 / max(1, copy.inner))) { begin, end in
            for row in begin..<end {
                let source = from + copy.offset(ofRow: row)
                let target = to + row * copy.inner
                for index in 0..<copy.inner { target[index] = source[index * copy.innerStride] }
            }
        }
    }
}
