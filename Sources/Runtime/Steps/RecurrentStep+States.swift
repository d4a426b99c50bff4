import BitdepthTensors

/// The states before the first and behind the last step.
extension RecurrentStep {
    /// Zeros everywhere, and the first states where they are given.
    func begin(_ frame: Frame) {
        let scratch = frame.pointer(memory.scratch, as: Float.self)
        scratch.update(repeating: 0, count: plan.scratchBytes / 4)
        let strides = plan.stateStrides
        for state in 0..<plan.states {
            guard let first = memory.first[state].map({ frame.pointer($0, as: Float.self) }) else { continue }
            for direction in 0..<plan.directions {
                for sequence in 0..<plan.batch {
                    let target = scratch + stateOffset(state == 0 ? 0 : RecurrentStep.cell, direction, sequence)
                    let source = first + direction * strides.direction + sequence * strides.sequence
                    target.update(from: source, count: plan.hidden)
                }
            }
        }
    }

    /// Copies the states behind each sequence's last step; a sequence without steps has none, and zeros stand for them.
    func end(_ frame: Frame, _ lengths: UnsafeMutablePointer<Int32>?) {
        let scratch = frame.pointer(memory.scratch, as: Float.self)
        let strides = plan.stateStrides
        for state in 0..<plan.states {
            guard let last = memory.last[state].map({ frame.pointer($0, as: Float.self) }) else { continue }
            for direction in 0..<plan.directions {
                for sequence in 0..<plan.batch {
                    let length = lengths.map { Int($0[sequence]) } ?? plan.steps
                    let source =
                        scratch + stateOffset(state == 0 ? length & 1 : RecurrentStep.cell, direction, sequence)
                    let target = last + direction * strides.direction + sequence * strides.sequence
                    if length == 0 {
                        target.update(repeating: 0, count: plan.hidden)
                    } else {
                        target.update(from: source, count: plan.hidden)
                    }
                }
            }
        }
    }
}
