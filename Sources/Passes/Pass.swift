import BitdepthGraphs
import BitdepthTensors

/// A rewriting of a graph that leaves its mathematics alone.
public protocol Pass: Sendable {
    /// What the pass does, in a few words: for logs and `inspect`.
    var name: String { get }

    /// Rewrites the graph.
    ///
    /// - Returns: How many places it changed; 0 when the graph is as it was.
    func run(_ graph: inout Graph) throws(BitdepthError) -> Int
}
