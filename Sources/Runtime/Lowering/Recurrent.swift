import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

/// `LSTM`, `GRU` and `RNN` with constant weights: one product of the input of all steps with its weights, on codes
/// where both are codes, and then the recurrence, step by step: on codes where its weights are codes, see
/// ``RecurrentCodes``, else in FP32.
struct Recurrent: Lowering {
    let node: FloatNode
    let plan: RecurrentPlan
    let input: RecurrentInput
    let constants: RecurrentConstants
    private let context: CompileContext

    init?(_ node: FloatNode, _ context: CompileContext) {
        guard node.clamp == .none, let x = node.node.input(0), context.facts[x]?.element == .float32,
            let inputShape = context.shape(x), let recurrence = context.shape(node.node.input(2)),
            let plan = RecurrentPlan(node.op, input: inputShape, recurrence: recurrence),
            let input = RecurrentInput(node, x, plan, context),
            let constants = RecurrentConstants(node, plan, context)
        else { return nil }
        self.node = node
        self.plan = plan
        self.input = input
        self.constants = constants
        self.context = context
        guard hasPlainOperands else { return nil }
    }

    /// What the graph may compute: lengths and first states, of the layer's shape.
    private var hasPlainOperands: Bool {
        let lengths = lengths.map { context.facts[$0]?.element == .int32 && has([plan.batch], $0) } ?? true
        return lengths
            && initialStates.allSatisfy { name in
                name.map { context.facts[$0]?.element == .float32 && has(plan.stateShape, $0) } ?? true
            }
    }

    private func has(_ shape: [Int], _ name: ValueName) -> Bool { context.shape(name)?.dimensions == shape }

    private var lengths: ValueName? { node.node.input(4) }
    private var initialStates: [ValueName?] { (0..<plan.states).map { node.node.input(5 + $0) } }

    var reads: [ValueName] {
        ([lengths] + initialStates).compactMap { $0 }.filter { context.constant($0) == nil } + [input.value]
    }

    var makesAllOutputs: Bool { true }

    func emit(into builder: inout ProgramBuilder) throws(BitdepthError) {
        let products = try input.emit(node, plan, into: &builder)
        var memory = RecurrentMemory<BufferID>(products: products, scratch: builder.buffer(bytes: plan.scratchBytes))
        if let lengths { memory.lengths = try builder.raw(lengths).buffer }
        for case let (index, name?) in initialStates.enumerated() {
            memory.first[index] = try builder.float(name, layout: .plain).buffer
        }
        memory.output = try defined(0, &builder)
        for index in 0..<plan.states { memory.last[index] = try defined(1 + index, &builder) }
        let directions = try builder.recurrentDirections(constants, plan)
        let kernel = try builder.kernels.entry(\.recurrent)
        let coding = try coding(builder)
        let (plan, place) = (plan, node.node.place)
        builder.add(description(builder, coding), reads: memory.reads, writes: memory.writes) {
            [memory] placement in
            RecurrentStep(
                kernel: kernel, coding: coding, plan: plan, place: place, directions: directions,
                memory: memory.map { placement[$0] })
        }
    }

    private func coding(_ builder: ProgramBuilder) throws(BitdepthError) -> RecurrentStep.Coding? {
        guard case .codes(let codes) = constants.weights else { return nil }
        return RecurrentStep.Coding(begin: try builder.kernels.entry(\.qrecurrent_begin), limit: Float(codes.limit))
    }

    private func description(_ builder: ProgramBuilder, _ coding: RecurrentStep.Coding?) -> StepDescription {
        var description = node.description(
            kernel: "\(coding == nil ? "" : "q")recurrent \(builder.instructionSet)",
            multiplyAccumulates: plan.stateProducts)
        if coding != nil { description.arithmetic = .integer }
        return description
    }

    /// The buffer of an output; `nil` for one that nobody reads.
    private func defined(_ index: Int, _ builder: inout ProgramBuilder) throws(BitdepthError) -> BufferID? {
        guard let name = node.node.output(index), context.isRead(name) else { return nil }
        return builder.define(name, shape: try builder.shape(of: name), layout: .plain, cell: .float32).buffer
    }
}
