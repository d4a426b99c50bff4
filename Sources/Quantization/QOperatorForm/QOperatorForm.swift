import BitdepthGraphs
import BitdepthTensors

/// Spells a QDQ graph with operators that take codes to codes: QLinearConv, QLinearMatMul, and ONNX Runtime's QGemm,
/// QLinearAdd and others (domain com.microsoft, version 1).
///
/// `DequantizeLinear → operator → Relu or Clip → QuantizeLinear` becomes one node, which has the operator's name and makes
/// the codes that QuantizeLinear made. Relu and Clip vanish where the codes of their bounds are the smallest and largest
/// code anyway. Operators that move elements about (MaxPool, Reshape …) work on the codes where they change no scale.
/// ONNX Runtime has kernels on codes for some types only; what it could not run, or would round otherwise, stays QDQ.
///
/// MaxPool takes codes from version 12 of the operator set on.
/// Source: ONNX operator specification; ONNX Runtime, docs/ContribOperators.md and docs/OperatorKernels.md.
public struct QOperatorForm: Sendable {
    public init() {}

    /// Rewrites the graph in place.
    ///
    /// - Returns: Nodes between codes that stay QDQ, by name, each with the reason.
    /// - Throws: ``BitdepthError/Code/cycle``, and errors of type inference with the node's place.
    @discardableResult
    public func convert(_ graph: inout Graph) throws(BitdepthError) -> [(node: String, reason: String)] {
        let reader = try QDQReader(graph)
        var writer = QOperatorWriter(taken: graph.allNames)
        var written: [Int: Node] = [:]
        var replaced: Set<Int> = []
        var obstacles: [Int: String] = [:]
        for position in graph.nodes.indices where reader.touchesCodes(graph.nodes[position]) {
            do throws(Obstacle) {
                let island = try reader.island(at: position)
                written[position] = try writer.node(for: island, reader)
                replaced.formUnion(island.replaced)
            } catch {
                obstacles[position] = error.reason
            }
        }
        guard !written.isEmpty else { return reasons(obstacles, graph) }
        let reported = obstacles.filter { !replaced.contains($0.key) }
        let result = reasons(reported, graph)
        let used = GraphIndex(graph)
        graph.nodes = graph.nodes.indices.compactMap { position in
            replaced.contains(position) ? nil : written[position] ?? graph.nodes[position]
        }
        for (name, tensor) in writer.added { graph.initializers[name] = tensor }
        removeLeftovers(of: used, from: &graph)
        return result
    }

    private func reasons(_ obstacles: [Int: String], _ graph: Graph) -> [(node: String, reason: String)] {
        obstacles.sorted { $0.key < $1.key }.map { (graph.nodes[$0.key].label, $0.value) }
    }

    /// Removes DequantizeLinear nodes and constants that were used before and are not now, and what was known of values
    /// that are no more.
    private func removeLeftovers(of before: GraphIndex, from graph: inout Graph) {
        let after = GraphIndex(graph)
        let idle = graph.nodes.indices.filter { position in
            graph.nodes[position].op == "DequantizeLinear"
                && graph.nodes[position].outputs.allSatisfy {
                    $0.map { before.isUsed($0) && !after.isUsed($0) } ?? true
                }
        }
        graph.removeNodes(at: Set(idle))
        let left = GraphIndex(graph)
        let ports = Set(graph.inputs.map(\.name))
        for name in graph.initializers.keys where before.isUsed(name) && !left.isUsed(name) && !ports.contains(name) {
            graph.initializers[name] = nil
        }
        for name in graph.valueTypes.keys where before.producer[name] != nil && left.producer[name] == nil {
            graph.valueTypes[name] = nil
        }
    }
}
