import BitdepthTensors

/// The constants of one direction, as the kernel takes them.
struct RecurrentDirection: Sendable {
    var weights: Location
    /// The third gate of a GRU with an inner reset.
    var candidate: Location?
    var scales: Location?
    var bias: Location
    var resetBias: Location?
    var peepholes: Location?
}

extension ProgramBuilder {
    mutating func recurrentDirections(
        _ constants: RecurrentConstants, _ plan: RecurrentPlan
    ) throws(BitdepthError) -> [RecurrentDirection] {
        var directions: [RecurrentDirection] = []
        for index in 0..<plan.directions {
            var direction: RecurrentDirection
            let rows = index * plan.rows * plan.hidden
            switch constants.weights {
            case .floats(let values):
                direction = try packed(values[rows..<rows + plan.rows * plan.hidden], index, constants, plan)
            case .codes(let codes, let scales):
                direction = try packed(codes[rows..<rows + plan.rows * plan.hidden], index, constants, plan)
                direction.scales = constant(RecurrentConstants.padded(scales, plan))
            }
            if plan.cell == .linearGRU { direction.resetBias = constant(constants.resetBias(plan, direction: index)) }
            if !constants.peepholes.isEmpty {
                direction.peepholes = constant(constants.peepholes(plan, direction: index))
            }
            directions.append(direction)
        }
        return directions
    }

    private mutating func packed<Element: BitwiseCopyable & ExpressibleByIntegerLiteral>(
        _ weights: ArraySlice<Element>, _ index: Int, _ constants: RecurrentConstants, _ plan: RecurrentPlan
    ) throws(BitdepthError) -> RecurrentDirection {
        // With an inner reset the third gate's product waits for the reset gates of all units.
        let together = plan.cell == .gru ? 2 : plan.gates
        let split = weights.startIndex + together * plan.hidden * plan.hidden
        let first = try packed(Array(weights[..<split]), hidden: plan.hidden, gates: together)
        let rest = together < plan.gates ? try packed(Array(weights[split...]), hidden: plan.hidden, gates: 1) : nil
        return RecurrentDirection(
            weights: first, candidate: rest, bias: constant(constants.inputBias(plan, direction: index)))
    }

    private mutating func packed<Element: BitwiseCopyable & ExpressibleByIntegerLiteral>(
        _ weights: [Element], hidden: Int, gates: Int
    ) throws(BitdepthError) -> Location {
        let elements = try kernels.entry(\.recurrent_packed_elements)
        let pack = try kernels.entry(\.recurrent_pack)
        var packed = [Element](repeating: 0, count: elements(Int64(hidden), Int64(gates)))
        pack(weights, Int64(MemoryLayout<Element>.size), Int64(hidden), Int64(gates), &packed)
        return constant(packed)
    }
}
