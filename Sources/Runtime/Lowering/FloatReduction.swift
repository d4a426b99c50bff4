import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors
import CBitdepthKernels

/// Reductions of FP32 values along axes that are neighbours in memory.
struct FloatReduction: Lowering {
    let node: FloatNode
    let input: ValueName
    let axes: Set<Int>
    let keepsDimensions: Bool
    let reduction: VectorReduction

    init?(_ node: FloatNode, _ context: CompileContext) {
        guard let op = node.op as? any ReductionOperator, let reduction = VectorReduction.all[node.node.op],
            let input = node.node.input(0), node.clamp == .none, context.facts[input]?.element == .float32,
            let shape = context.shape(input), shape.count > 0,
            let axes = FloatReduction.axes(node.node, op.options, shape.rank, context),
            MemoryLanes(shape, axes: axes, layout: .plain) != nil
        else { return nil }
        self.node = node
        self.input = input
        self.axes = axes
        self.reduction = reduction
        keepsDimensions = op.options.keepsDimensions
    }

    /// `nil` where they are not constant.
    private static func axes(
        _ node: Node, _ options: ReductionOptions, _ rank: Int, _ context: CompileContext
    ) -> Set<Int>? {
        var given: [Int] = []
        if let name = node.input(1) {
            guard let axes = try? context.constant(name)?.integers() else { return nil }
            given = axes
        }
        if given.isEmpty { return options.leavesAloneWithoutAxes ? nil : Set(0..<rank) }
        let places = given.compactMap { try? Shape.normalize(axis: $0, rank: rank) }
        return places.count == given.count ? Set(places) : nil
    }

    var reads: [ValueName] { [input] }

    func emit(into builder: inout ProgramBuilder) throws(BitdepthError) {
        var view = try builder.float(input, layout: nil)
        if !reduces(in: view) { view = try builder.float(input, layout: .plain) }
        guard let lanes = MemoryLanes(view.shape, axes: axes, layout: view.layout) else {
            throw BitdepthError(.internal, "the axes of \(node.node.label) are not neighbours")
        }
        let kernel = try builder.kernels.entry(\.sreduce)
        let target = builder.define(
            node.output, shape: try builder.shape(of: node.output), layout: keepsDimensions ? view.layout : .plain,
            cell: .float32)
        let (reduction, source) = (reduction, view.buffer)
        builder.add(
            node.description(kernel: "sreduce \(builder.instructionSet)"), reads: [source], writes: [target.buffer]
        ) { placement in
            ReductionStep(
                kernel: kernel, lanes: lanes, reduction: reduction, input: placement[source],
                output: placement[target.buffer])
        }
    }

    /// Whether the axes are neighbours where the value lies, and what is left of it comes out in the right order.
    private func reduces(in view: View) -> Bool {
        let kept = view.layout.axes(rank: view.shape.rank).filter { !axes.contains($0) && view.shape[$0] != 1 }
        return MemoryLanes(view.shape, axes: axes, layout: view.layout) != nil
            && (keepsDimensions || kept == kept.sorted())
    }
}

/// A reduction of the kernels.
struct VectorReduction: Sendable {
    var code: bd_reduction
    var isMean = false
    var takesRoot = false

    static let all: [OperatorName: VectorReduction] = [
        "ReduceSum": .init(code: BD_REDUCE_SUM), "ReduceMean": .init(code: BD_REDUCE_SUM, isMean: true),
        "ReduceMax": .init(code: BD_REDUCE_MAXIMUM), "ReduceMin": .init(code: BD_REDUCE_MINIMUM),
        "ReduceL1": .init(code: BD_REDUCE_MAGNITUDES), "ReduceL2": .init(code: BD_REDUCE_SQUARES, takesRoot: true),
        "ReduceSumSquare": .init(code: BD_REDUCE_SQUARES),
    ]
}
