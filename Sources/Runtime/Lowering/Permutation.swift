import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

/// `Transpose` of FP32 values.
struct FloatPermutation: Lowering {
    let node: FloatNode
    let input: ValueName
    let permutation: [Int]

    init?(_ node: FloatNode, _ context: CompileContext) {
        guard let transpose = node.op as? Transpose, let input = node.node.input(0), node.clamp == .none,
            context.facts[input]?.element == .float32, let shape = context.shape(input), shape.count > 0,
            let permutation = try? transpose.permutation(rank: shape.rank)
        else { return nil }
        self.node = node
        self.input = input
        self.permutation = permutation
    }

    var reads: [ValueName] { [input] }

    func emit(into builder: inout ProgramBuilder) throws(BitdepthError) {
        let result = try builder.shape(of: node.output)
        if let view = builder.existingViews(input).first(where: { $0.cell == .float32 })?.permuted(permutation, result)
        {
            return builder.define(node.output, view)
        }
        let view = try builder.float(input, layout: .plain)
        let target = builder.define(node.output, shape: result, layout: .plain, cell: .float32)
        builder.addPermutation(
            .movement(node.output, "Transpose"), StridedCopy(view.shape, permutation: permutation), from: view,
            to: target)
    }
}

/// `Transpose` of 8-bit codes.
struct QuantizedPermutation: Lowering {
    let island: Island
    let input: (value: ValueName, parameters: CodeParameters)
    let permutation: [Int]

    init?(_ island: Island, _ context: CompileContext) {
        guard let transpose = island.op as? Transpose, let input = island.activation(0),
            let output = island.outputParameters,
            input.parameters == output, island.clamp == nil, let shape = context.shape(input.value), shape.count > 0,
            let permutation = try? transpose.permutation(rank: shape.rank)
        else { return nil }
        self.island = island
        self.input = input
        self.permutation = permutation
    }

    var reads: [ValueName] { [input.value] }

    func emit(into builder: inout ProgramBuilder) throws(BitdepthError) {
        let result = try builder.shape(of: island.coreOutput)
        if let view = try builder.codes(input.value, layout: nil).permuted(permutation, result) {
            return builder.define(island.output, view)
        }
        let view = try builder.codes(input.value, layout: .plain)
        let target = builder.defineOutput(of: island, shape: result, layout: .plain)
        builder.addPermutation(
            island.description(kernel: "copy", .movement), StridedCopy(view.shape, permutation: permutation),
            from: view, to: target)
    }
}

extension View {
    /// The same bytes with the axes in another order, where one of the two layouts says just that.
    func permuted(_ permutation: [Int], _ result: Shape) -> View? {
        let old = layout.axes(rank: shape.rank).filter { shape[$0] != 1 }
        for candidate in [Layout.plain, .channelsLast] where candidate == .plain || shape.rank >= 3 {
            let new = candidate.axes(rank: shape.rank).map { permutation[$0] }.filter { shape[$0] != 1 }
            if new == old { return View(buffer: buffer, shape: result, layout: candidate, cell: cell) }
        }
        return nil
    }
}

extension ProgramBuilder {
    /// A step that copies elements in another order; where only two blocks of axes change places, by squares.
    mutating func addPermutation(_ description: StepDescription, _ copy: StridedCopy, from view: View, to target: View)
    {
        let isWide = view.cell.bytes == 4
        add(description, reads: [view.buffer], writes: [target.buffer]) { placement in
            if let (images, rows, columns) = copy.transposition {
                return LayoutStep(
                    input: placement[view.buffer], output: placement[target.buffer], images: images, rows: rows,
                    columns: columns, isWide: isWide)
            }
            return PermutationStep(
                copy: copy, input: placement[view.buffer], output: placement[target.buffer], isWide: isWide)
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
        var extents: [Int] = []
        var steps: [Int] = []
        for axis in permutation where shape[axis] != 1 {
            // Axes that stay neighbours are one.
            if let last = steps.last, last == strides[axis] * shape[axis] {
                extents[extents.count - 1] *= shape[axis]
                steps[steps.count - 1] = strides[axis]
            } else {
                extents.append(shape[axis])
                steps.append(strides[axis])
            }
        }
        inner = extents.popLast() ?? 1
        innerStride = steps.popLast() ?? 1
        outer = extents
        outerStrides = steps
    }

    var rows: Int { outer.reduce(1, *) }

    /// Matrices that are turned one by one: `[images, rows, columns]` becomes `[images, columns, rows]`.
    var transposition: (images: Int, rows: Int, columns: Int)? {
        guard let columns = outer.last, outerStrides.last == 1, innerStride == columns, outer.count <= 2,
            outer.count == 1 || outerStrides[0] == columns * inner
        else { return nil }
        return (outer.count == 1 ? 1 : outer[0], inner, columns)
    }

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

    func bind(to frame: Frame, _ calls: inout CallList) {
        if isWide { bind(frame, &calls, of: UInt32.self) } else { bind(frame, &calls, of: UInt8.self) }
    }

    @inline(__always)
    private func bind<Element: BitwiseCopyable>(_ frame: Frame, _ calls: inout CallList, of type: Element.Type) {
        let from = frame.pointer(input, as: type)
        let to = frame.pointer(output, as: type)
        calls.split(copy.rows, grain: max(1, 16_384 / max(1, copy.inner))) { begin, end in
            for row in begin..<end {
                let source = from + copy.offset(ofRow: row)
                let target = to + row * copy.inner
                if copy.innerStride == 1 {
                    target.update(from: source, count: copy.inner)
                } else {
                    for index in 0..<copy.inner { target[index] = source[index * copy.innerStride] }
                }
            }
        }
    }
}
