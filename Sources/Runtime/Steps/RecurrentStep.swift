import BitdepthTensors
import CBitdepthKernels

/// A recurrent layer behind its input's product: all steps of all sequences in both directions.
struct RecurrentStep: Step {
    var kernel: @convention(c) (UnsafePointer<bd_recurrent>?, Int64, Int64, Int64, Int64, Int64, Int64) -> Void
    /// How states become codes, where the weights are codes.
    var coding: Coding?
    var plan: RecurrentPlan
    var place: BitdepthError.Place
    var directions: [RecurrentDirection]
    var memory: RecurrentMemory<Location>

    struct Coding: Sendable {
        /// Makes the codes of the first states.
        var begin: @convention(c) (UnsafePointer<bd_recurrent>?, Int64, Int64) -> Void
        var limit: Float
    }

    func bind(to frame: Frame, _ calls: inout CallList) {
        let lengths = memory.lengths.map { frame.pointer($0, as: Int32.self) }
        let jobs = (0..<plan.directions).map { UnsafePointer(calls.keep(job($0, frame))) }
        calls.alone { () throws(BitdepthError) in
            try checkLengths(lengths)
            begin(frame)
            if lengths != nil, let output = memory.output {
                // Behind the end of a sequence stand zeros.
                let count = plan.steps * plan.batch * plan.directions * plan.hidden
                frame.pointer(output, as: Float.self).update(repeating: 0, count: count)
            }
            if let coding { for job in jobs { coding.begin(job, 0, Int64(plan.batch)) } }
        }
        walk(&calls, jobs)
        calls.alone { end(frame, lengths) }
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
        func state(_ index: Int) -> UnsafeMutablePointer<Float> {
            frame.pointer(memory.scratch, as: Float.self) + stateOffset(index, direction, 0)
        }
        var job = bd_recurrent()
        job.cell = plan.cell.kernelCell
        (job.hidden, job.stride, job.steps) = (Int64(plan.hidden), Int64(plan.stride), Int64(plan.steps))
        job.is_reversed = plan.isReversed(direction)
        job.lengths = memory.lengths.map { UnsafePointer(frame.pointer($0, as: Int32.self)) }
        let (inputs, outputs) = (plan.inputStrides, plan.outputStrides)
        job.input = UnsafePointer(frame.pointer(memory.products, as: Float.self) + direction * inputs.direction)
        (job.input_time, job.input_sequence) = (Int64(inputs.time), Int64(inputs.sequence))
        job.output = floats(memory.output).map { $0 + direction * outputs.direction }
        (job.output_time, job.output_sequence) = (Int64(outputs.time), Int64(outputs.sequence))
        job.packed_weights = UnsafeRawPointer(frame.pointer(constants.weights))
        job.packed_candidate = constants.candidate.map { UnsafeRawPointer(frame.pointer($0)) }
        job.scales = floats(constants.scales).map { UnsafePointer($0) }
        job.bias = floats(constants.bias).map { UnsafePointer($0) }
        job.reset_bias = floats(constants.resetBias).map { UnsafePointer($0) }
        job.peepholes = floats(constants.peepholes).map { UnsafePointer($0) }
        (job.states, job.cells, job.reset) = ((state(0), state(1)), state(RecurrentStep.cell), state(3))
        job.codes = (codes(0, direction, frame), codes(1, direction, frame))
        (job.grains, job.code_limit) = (grains(direction, frame), coding?.limit ?? 0)
        (job.clip, job.couples_gates) = (plan.layer.clip ?? .infinity, plan.couplesGates)
        job.activations = RecurrentStep.three(plan.layer.activations[direction].map(\.kernelActivation))
        return job
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

    /// The codes of hidden states 0 and 1 lie behind the states; each takes half as much.
    private func codes(_ state: Int, _ direction: Int, _ frame: Frame) -> UnsafeMutableRawPointer {
        let first = UnsafeMutableRawPointer(frame.pointer(memory.scratch, as: Float.self) + 4 * plan.stateFloats)
        return first + 2 * (state * plan.stateFloats + direction * plan.batch * plan.stride)
    }

    private func grains(_ direction: Int, _ frame: Frame) -> UnsafeMutablePointer<Float> {
        frame.pointer(memory.scratch, as: Float.self) + 5 * plan.stateFloats + 2 * direction * plan.batch
    }
}
