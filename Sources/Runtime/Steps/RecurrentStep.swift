import BitdepthTensors
import CBitdepthKernels

/// A recurrent layer behind its input's product: all steps of all sequences in both directions.
struct RecurrentStep: Step {
    var kernel: @convention(c) (UnsafePointer<bd_recurrent>?, Int64, Int64, Int64, Int64, Int64, Int64) -> Void
    var plan: RecurrentPlan
    var place: BitdepthError.Place
    var directions: [RecurrentDirection]
    var memory: RecurrentMemory<Location>

    func run(_ frame: Frame) throws(BitdepthError) {
        let lengths = memory.lengths.map { frame.pointer($0, as: Int32.self) }
        try checkLengths(lengths)
        begin(frame)
        if lengths != nil, let output = memory.output {
            // Behind the end of a sequence stand zeros.
            let count = plan.steps * plan.batch * plan.directions * plan.hidden
            frame.pointer(output, as: Float.self).update(repeating: 0, count: count)
        }
        withUnsafeTemporaryAllocation(of: bd_recurrent.self, capacity: plan.directions) { jobs in
            for direction in 0..<plan.directions { jobs.initializeElement(at: direction, to: job(direction, frame)) }
            walk(frame, UnsafeBufferPointer(jobs))
        }
        end(frame, lengths)
    }

    private func checkLengths(_ lengths: UnsafeMutablePointer<Int32>?) throws(BitdepthError) {
        guard let lengths else { return }
        for sequence in 0..<plan.batch where lengths[sequence] < 0 || Int(lengths[sequence]) > plan.steps {
            throw BitdepthError(
                .valueOutOfRange, "a sequence of \(plan.steps) steps cannot have length \(lengths[sequence])", at: place
            )
        }
    }

    private func job(_ direction: Int, _ frame: Frame) -> bd_recurrent {
        let constants = directions[direction]
        func floats(_ location: Location?) -> UnsafeMutablePointer<Float>? {
            location.map { frame.pointer($0, as: Float.self) }
        }
        let state = { frame.pointer(memory.scratch, as: Float.self) + stateOffset($0, direction, 0) }
        let activations = plan.layer.activations[direction].map(\.kernelActivation)
        let (inputs, outputs) = (plan.inputStrides, plan.outputStrides)
        return bd_recurrent(
            cell: plan.cell.kernelCell, hidden: Int64(plan.hidden), stride: Int64(plan.stride),
            steps: Int64(plan.steps), is_reversed: plan.isReversed(direction),
            lengths: memory.lengths.map { UnsafePointer(frame.pointer($0, as: Int32.self)) },
            input: frame.pointer(memory.products, as: Float.self) + direction * inputs.direction,
            input_time: Int64(inputs.time), input_sequence: Int64(inputs.sequence),
            output: floats(memory.output).map { $0 + direction * outputs.direction },
            output_time: Int64(outputs.time), output_sequence: Int64(outputs.sequence),
            packed_weights: frame.pointer(constants.weights),
            packed_candidate: constants.candidate.map { UnsafeRawPointer(frame.pointer($0)) },
            scales: floats(constants.scales), bias: floats(constants.bias), reset_bias: floats(constants.resetBias),
            peepholes: floats(constants.peepholes), states: (state(0), state(1)), cells: state(2), reset: state(3),
            clip: plan.layer.clip ?? .infinity, couples_gates: plan.couplesGates,
            activations: RecurrentStep.three(activations))
    }

    private static func three(_ activations: [bd_activation?]) -> (bd_activation, bd_activation, bd_activation) {
        func at(_ index: Int) -> bd_activation {
            (index < activations.count ? activations[index] : nil)
                ?? bd_activation(function: BD_TANH, alpha: 0, beta: 0)
        }
        return (at(0), at(1), at(2))
    }

    /// The cell state in the working memory.
    static let cell = 2

    /// Where a vector of the working memory lies: hidden states 0 and 1, which take turns, cell 2, reset state 3.
    func stateOffset(_ state: Int, _ direction: Int, _ sequence: Int) -> Int {
        state * plan.stateFloats + (direction * plan.batch + sequence) * plan.stride
    }
}
