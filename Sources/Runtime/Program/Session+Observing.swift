import BitdepthOperators
import BitdepthTensors

extension Session {
    /// Runs the graph once, lets `body` look at every tapped value as ``observe(_:_:)`` does, and gives the outputs back.
    ///
    /// - Throws: ``BitdepthError/Code/badData`` for a missing, unknown or misshapen input; what `body` throws.
    public borrowing func run(
        values inputs: [String: Value], observing body: (Observation) throws(BitdepthError) -> Void
    ) throws(BitdepthError) -> [String: Value] {
        let values = try graph.checkedValues(inputs)
        var execution = Execution(memory: memory, pool: graph.pool)
        var results: [String: Value] = [:]
        try withoutActuallyEscaping(body) { (body) throws(BitdepthError) in
            execution.observer = body
            for (name, value) in try execution.run(graph, values) { results[name.text] = value }
            execution.observer = nil
        }
        return results
    }
}
