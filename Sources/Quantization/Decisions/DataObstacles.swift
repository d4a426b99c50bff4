import BitdepthCalibration
import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

/// Nodes that the calibration data show to be better left float.
struct DataObstacles {
    /// Reasons by the node's position.
    private(set) var byPosition: [Int: String] = [:]

    /// Parts of a Concat that share one scale must not differ by more than this factor, or the small ones drown.
    static let largestConcatenationRatio = 4.0

    init(_ graph: Graph, _ plan: QuantizationPlan, _ statistics: CalibrationStatistics) {
        let index = GraphIndex(graph)
        let sums = Set(plan.weights.map(\.position))
        for (position, node) in graph.nodes.enumerated() where plan.decisions[position].outcome == .quantized {
            if let value = node.outputs.lazy.compactMap({ $0 }).first(where: { statistics[$0]?.hasInfinities ?? false })
            {
                byPosition[position] = "its result \(value) holds infinities, which no code stands for"
            } else if node.op == "Concat", !DataObstacles.feedsOnlySums(node, index, sums),
                DataObstacles.ratio(node, statistics) > DataObstacles.largestConcatenationRatio
            {
                byPosition[position] =
                    "the ranges of its parts differ by more than \(Int(DataObstacles.largestConcatenationRatio)) times"
            }
        }
    }

    /// Whether all that read a result need it at one scale anyway: then a scale shared by the parts loses nothing.
    private static func feedsOnlySums(_ node: Node, _ index: GraphIndex, _ sums: Set<Int>) -> Bool {
        guard let result = node.output(0), !index.outputs.contains(result), let readers = index.consumers[result] else {
            return false
        }
        return readers.allSatisfy(sums.contains)
    }

    private static func ratio(_ node: Node, _ statistics: CalibrationStatistics) -> Double {
        let widths = node.inputs.compactMap { name -> Double? in
            guard let name, let extent = statistics[name]?.extent else { return nil }
            return Double(max(extent.upperBound, 0) - min(extent.lowerBound, 0))
        }.filter { $0 > 0 }
        guard let largest = widths.max(), let smallest = widths.min() else { return 1 }
        return largest / smallest
    }
}

extension TensorStatistics {
    fileprivate var hasInfinities: Bool { positiveInfinityCount + negativeInfinityCount > 0 }
}

extension QuantizationPlan {
    /// Whether some node became integer.
    public var quantizesAnything: Bool {
        decisions.contains { $0.outcome == .quantized } || bodies.contains { $0.plan.quantizesAnything }
    }
}
