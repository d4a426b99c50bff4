import BitdepthTensors

extension Session {
    /// Runs the graph once and times every step: where the time of a run goes.
    ///
    /// The steps and their results are those of ``run(_:)``; what it adds, copying inputs and outputs, is not in the times.
    ///
    /// - Returns: Each step in the order of the run, with the seconds that it took by the wall clock; steps of a loop once
    ///   for each iteration.
    /// - Throws: ``BitdepthError/Code/badData`` for a missing, unknown or misshapen input.
    public borrowing func profile(
        _ inputs: [String: Tensor]
    ) throws(BitdepthError) -> [(step: StepDescription, seconds: Double)] {
        try recorded(inputs).steps
    }

    /// Runs the graph once and notes its steps and the programs that they belong to.
    borrowing func recorded(
        _ inputs: [String: Tensor]
    ) throws(BitdepthError) -> (steps: [(step: StepDescription, seconds: Double)], programs: [Program]) {
        let recorder = StepRecorder()
        var execution = Execution(memory: memory, pool: graph.pool)
        execution.recorder = recorder
        _ = try execution.run(graph, try graph.checkedValues(inputs))
        return (recorder.steps, recorder.programs)
    }
}
