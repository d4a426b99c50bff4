import CBitdepthKernels

/// How the work is shared out: by sequences where there are enough of them, else step by step by units.
extension RecurrentStep {
    /// Multiply-accumulates that make a part worth a thread's while.
    private static let leastWork = 50_000
    /// The kernels' ranges of units begin at multiples of this.
    private static let unitGrain = 64

    func walk(_ calls: inout CallList, _ jobs: [UnsafePointer<bd_recurrent>]) {
        let threads = calls.threads
        let sequences = plan.directions * plan.batch
        if threads == 1 || sequences >= threads {
            let each = max(1, plan.stateProducts / sequences)
            calls.split(sequences, grain: max(1, RecurrentStep.leastWork / each)) { begin, end in
                runSequences(begin, end, jobs)
            }
        } else {
            let groups = (plan.hidden + RecurrentStep.unitGrain - 1) / RecurrentStep.unitGrain
            let each = max(1, plan.stateProducts / (plan.steps * plan.directions * groups))
            for pass in 0..<passes {
                calls.split(plan.directions * groups, grain: max(1, RecurrentStep.leastWork / each)) { begin, end in
                    runUnits(pass, begin, end, groups, jobs)
                }
            }
        }
    }

    private var passes: Int { plan.steps * Int(bd_recurrent_passes(plan.cell.kernelCell)) }

    /// All steps of some sequences, counted through all directions.
    private func runSequences(_ begin: Int, _ end: Int, _ jobs: [UnsafePointer<bd_recurrent>]) {
        for direction in jobs.indices {
            let first = max(begin - direction * plan.batch, 0)
            let last = min(end - direction * plan.batch, plan.batch)
            guard first < last else { continue }
            kernel(jobs[direction], 0, Int64(passes), Int64(first), Int64(last), 0, Int64(plan.hidden))
        }
    }

    /// One pass over some groups of units, counted through all directions.
    private func runUnits(
        _ pass: Int, _ begin: Int, _ end: Int, _ groups: Int, _ jobs: [UnsafePointer<bd_recurrent>]
    ) {
        for direction in jobs.indices {
            let first = max(begin - direction * groups, 0) * RecurrentStep.unitGrain
            let last = min(min(end - direction * groups, groups) * RecurrentStep.unitGrain, plan.hidden)
            guard first < last else { continue }
            kernel(
                jobs[direction], Int64(pass), Int64(pass + 1), 0, Int64(plan.batch), Int64(first), Int64(last))
        }
    }
}
