import BitdepthGraphs
import BitdepthTensors

/// How much memory work on a model may take. A model that does not fit is run in segments; results are the same.
public struct MemoryBudget: Sendable, Hashable {
    public var bytes: Int
    /// Where temporary files lie that hold what does not fit.
    public var scratchFolder: String

    public init(bytes: Int, scratchFolder: String) {
        self.bytes = max(bytes, 1)
        self.scratchFolder = scratchFolder
    }

    /// Whether the whole graph can be compiled at once: constants are held read, packed and in the program.
    public func holds(_ graph: Graph) -> Bool {
        let (needed, overflow) = graph.constantBytes.multipliedReportingOverflow(by: MemoryBudget.copiesInCompiling)
        return !overflow && needed <= bytes
    }

    /// Constants that one segment may have: compiling it takes half of the budget.
    var segmentBytes: Int { max(bytes / (2 * MemoryBudget.copiesInCompiling), 1) }

    /// Constants so small that any segment takes them besides: a bias should stay with its sum.
    var ignoredBytes: Int { max(segmentBytes / 64, 64) }

    /// What values between segments may take in memory; the others go to a temporary file.
    var heldBytes: Int { bytes / 4 }

    private static let copiesInCompiling = 4
}

extension Graph {
    /// Bytes of all constants in FP32, those of bodies included; `Int.max` where they cannot be counted.
    var constantBytes: Int {
        var total = 0
        for tensor in initializers.values {
            let isHalf = tensor.type == .float16 || tensor.type == .bfloat16
            total = total.addingSaturated(tensor.byteCount).addingSaturated(isHalf ? tensor.byteCount : 0)
        }
        for body in nodes.flatMap(\.subgraphs) { total = total.addingSaturated(body.constantBytes) }
        return total
    }
}

extension Int {
    /// The sum of two counts, `Int.max` where it would not fit.
    func addingSaturated(_ other: Int) -> Int {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}
