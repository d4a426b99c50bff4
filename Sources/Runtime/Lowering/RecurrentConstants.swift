import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

/// The constants of a recurrent layer beside the weights of its input.
struct RecurrentConstants: Sendable {
    /// R `[D, gates · H, H]`.
    enum Weights: Sendable {
        case floats([Float])
        case codes(RecurrentCodes)
    }

    let weights: Weights
    /// B `[D, 2 · gates · H]`: of the input's products, then of the state's.
    let bias: [Float]
    /// P `[D, 3 · H]`, or empty.
    let peepholes: [Float]

    /// `nil` where they are not constant, or of another shape than the layer's.
    init?(_ layer: FloatNode, _ plan: RecurrentPlan, _ context: CompileContext) {
        let node = layer.node
        guard let weights = RecurrentConstants.weights(layer, plan, context),
            let bias = RecurrentConstants.values(node.input(3), [plan.directions, 2 * plan.rows], context),
            let peepholes = RecurrentConstants.values(
                plan.cell == .lstm ? node.input(7) : nil, [plan.directions, 3 * plan.hidden], context)
        else { return nil }
        self.weights = weights
        self.bias = bias.isEmpty ? [Float](repeating: 0, count: plan.directions * 2 * plan.rows) : bias
        self.peepholes = peepholes
    }

    private static func weights(_ layer: FloatNode, _ plan: RecurrentPlan, _ context: CompileContext) -> Weights? {
        let name = layer.node.input(2)
        if layer.readsCodes, let codes = RecurrentCodes(name, plan, context) { return .codes(codes) }
        guard let floats = values(name, plan.recurrenceShape, context), !floats.isEmpty else { return nil }
        return .floats(floats)
    }

    /// Empty where the operand is left out, `nil` where it is no FP32 constant of this shape.
    private static func values(_ name: ValueName?, _ shape: [Int], _ context: CompileContext) -> [Float]? {
        guard let name else { return [] }
        guard let tensor = context.floatConstant(name), tensor.shape.dimensions == shape else { return nil }
        return try? tensor.floats()
    }
}

extension RecurrentConstants {
    /// What is added to the products of the input: both biases, without that which a linear GRU adds inside the reset.
    func inputBias(_ plan: RecurrentPlan, direction: Int) -> [Float] {
        let start = direction * 2 * plan.rows
        let own = bias[start..<start + plan.rows]
        let recurrent = bias[start + plan.rows..<start + 2 * plan.rows]
        let inside = plan.cell == .linearGRU ? 2 * plan.hidden : plan.rows
        let sums = zip(own, recurrent).enumerated().map { $0 < inside ? $1.0 + $1.1 : $1.0 }
        return RecurrentConstants.padded(sums, plan)
    }

    /// The bias of the state's products for the hidden gate of a linear GRU.
    func resetBias(_ plan: RecurrentPlan, direction: Int) -> [Float] {
        let end = (direction + 1) * 2 * plan.rows
        return RecurrentConstants.padded(Array(bias[end - plan.hidden..<end]), plan)
    }

    func peepholes(_ plan: RecurrentPlan, direction: Int) -> [Float] {
        let size = 3 * plan.hidden
        return RecurrentConstants.padded(Array(peepholes[direction * size..<(direction + 1) * size]), plan)
    }

    /// Each vector over units filled up to the stride of the kernels.
    static func padded(_ values: [Float], _ plan: RecurrentPlan) -> [Float] {
        let padding = [Float](repeating: 0, count: plan.stride - plan.hidden)
        return stride(from: 0, to: values.count, by: plan.hidden).flatMap { values[$0..<$0 + plan.hidden] + padding }
    }
}
