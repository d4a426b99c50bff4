import BitdepthTensors

/// What a run of a graph does and needs.
public struct Work: Sendable {
    /// Every step in the order of a run; those of a loop once for each iteration.
    public var descriptions: [StepDescription]
    /// Bytes of packed weights, which all sessions share.
    public var constantBytes: Int
    /// Bytes that a session works in.
    public var workingBytes: Int

    /// Multiply-accumulates of one run, and how many of them run on integers.
    public var multiplyAccumulates: (total: Int, integer: Int) { descriptions.multiplyAccumulates }
}

extension CompiledGraph {
    /// What a run on these inputs does. Where that is known only in running, the graph is run once.
    ///
    /// - Throws: What ``Session/run(_:)`` throws.
    public func work(for inputs: [String: Tensor]) throws(BitdepthError) -> Work {
        if case .program(let program) = try plan(for: try checkedValues(inputs)) {
            return Work(
                descriptions: program.descriptions, constantBytes: program.constantBytes,
                workingBytes: program.workingBytes)
        }
        let (steps, programs) = try makeSession().recorded(inputs)
        return Work(
            descriptions: steps.map(\.step), constantBytes: programs.reduce(0) { $0 + $1.constantBytes },
            workingBytes: programs.reduce(0) { $0 + $1.workingBytes })
    }
}
