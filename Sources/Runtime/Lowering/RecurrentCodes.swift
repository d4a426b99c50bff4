import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

/// The recurrent weights of a layer as symmetric 8-bit codes, which are multiplied by codes of the hidden state.
///
/// The state is no code in the file: it stays float, and its magnitude is at most 1 (or that of a first state which is
/// given). So the kernel may round it to as many steps of that bound as exact sums in 32 bits allow, 32767 at most: an
/// error of 2⁻¹⁶ of the bound, far below that of the weights.
struct RecurrentCodes: Sendable {
    /// `[D, gates · H, H]`.
    let weights: [Int8]
    /// Of each row of a direction.
    let scales: [Float]
    /// The code of the bound.
    let limit: Int

    /// Below this the state's rounding would be of the order of the weights'.
    private static let leastLimit = 4095

    /// `nil` where the weights are no such codes, where nothing bounds the state, and where the rows are so long that
    /// sums of useful codes could leave 32 bits: then the layer runs in float.
    init?(_ name: ValueName?, _ plan: RecurrentPlan, _ context: CompileContext) {
        guard plan.boundsState, let name, case .constant(let constant)? = context.islandInput(name),
            constant.codes.type == .int8, constant.codes.shape.dimensions == plan.recurrenceShape,
            constant.scales.count == 1 || constant.axis == 1, constant.zeroPoints.allSatisfy({ $0 == 0 }),
            let codes = try? constant.codes.integers(), let scales = constant.channelScales(plan.rows)
        else { return nil }
        limit = RecurrentCodes.largestLimit(codes, row: plan.hidden)
        guard limit >= RecurrentCodes.leastLimit else { return nil }
        weights = codes.map { Int8(truncatingIfNeeded: $0) }
        self.scales = scales
    }

    /// The largest code of a state with which no sum of products leaves 32 bits.
    static func largestLimit(_ codes: [Int], row: Int) -> Int {
        let rows = stride(from: 0, to: codes.count, by: row)
        let heaviest = rows.map { codes[$0..<min($0 + row, codes.count)].reduce(0) { $0 + abs($1) } }.max() ?? 0
        return min(Int(Int16.max), Int(Int32.max) / max(heaviest, 1))
    }
}
