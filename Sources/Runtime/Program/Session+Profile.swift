import BitdepthTensors

extension Session {
    /// Runs the graph once and times every step: where the time of a run goes.
    ///
    /// The steps and their results are those of ``run(_:)``; what it adds, copying inputs and outputs, is not in the times.
    ///
    /// - Returns: Each step in the order of the program, with the seconds that it took by the wall clock.
    /// - Throws: ``BitdepthError/Code/badData`` for a missing, unknown or misshapen input.
    public borrowing func profile(
        _ inputs: [String: Tensor]
    ) throws(BitdepthError) -> [(step: StepDescription, seconds: Double)] {
        let program = try graph.program(for: inputs)
        let frame = try frame(for: program, try arenas.arena(for: program), inputs)
        var times: [(step: StepDescription, seconds: Double)] = []
        times.reserveCapacity(program.steps.count)
        let clock = ContinuousClock()
        for (step, description) in zip(program.steps, program.descriptions) {
            let start = clock.now
            try step.run(frame)
            times.append((description, start.duration(to: clock.now).seconds))
        }
        return times
    }
}

extension Duration {
    fileprivate var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
