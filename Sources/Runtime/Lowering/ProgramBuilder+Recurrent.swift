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
            let rows = index * plan.rows * plan.hidden..<(index + 1) * plan.rows * plan.hidden
            switch constants.weights {
            case .floats(let values):
                direction = try packed(
                    values[rows], with: kernels.entry(\.recurrent_pack), isCoded: false, index, constants, plan)
            case .codes(let codes):
                direction = try packed(
                    codes.weights[rows], with: kernels.entry(\.qrecurrent_pack), isCoded: true, index, constants, plan)
                direction.scales = constant(RecurrentConstants.padded(codes.scales, plan))
            }
            if plan.cell == .linearGRU { direction.resetBias = constant(constants.resetBias(plan, direction: index)) }
            if !constants.peepholes.isEmpty {
                direction.peepholes = constant(constants.peepholes(plan, direction: index))
            }
            directions.append(direction)
        }
        return directions
    }

    private typealias Pack<Element> = (UnsafePointer<Element>?, Int64, Int64, UnsafeMutablePointer<Element>?) -> Void

    private mutating func packed<Element: BitwiseCopyable & AdditiveArithmetic>(
        _ weights: ArraySlice<Element>, with pack: Pack<Element>, isCoded: Bool, _ index: Int,
        _ constants: RecurrentConstants, _ plan: RecurrentPlan
    ) throws(BitdepthError) -> RecurrentDirection {
        let bytes = try kernels.entry(\.recurrent_packed_bytes)
        func packed(_ weights: ArraySlice<Element>, gates: Int) -> [Element] {
            let (hidden, gates) = (Int64(plan.hidden), Int64(gates))
            let count = bytes(hidden, gates, isCoded) / MemoryLayout<Element>.size
            var packed = [Element](repeating: .zero, count: count)
            pack(Array(weights), hidden, gates, &packed)
            return packed
        }
        // With an inner reset the third gate's product waits for the reset gates of all units.
        let together = plan.cell == .gru ? 2 : plan.gates
        let split = weights.startIndex + together * plan.hidden * plan.hidden
        let first = constant(packed(weights[..<split], gates: together))
        let rest = together < plan.gates ? constant(packed(weights[split...], gates: 1)) : nil
        return RecurrentDirection(
            weights: first, candidate: rest, bias: constant(constants.inputBias(plan, direction: index)))
    }
}
