import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

/// What `inspect` shows of a model: the parts that were asked for, for people and for programs.
public struct ModelReport: Sendable {
    public let summary: ModelSummary
    public let file: File
    public let sections: [Section]
    /// Statistics of float weights, where they were asked for: this is the only part that reads weights.
    public let weights: [(name: String, tensor: Tensor, statistics: WeightStatistics)]
    /// How a compiled program uses memory, where it was asked for.
    public let memory: MemoryTable?

    public enum Section: String, Sendable, CaseIterable {
        case header, operators, floats, nodes, tensors, weights, memory
    }

    public struct File: Sendable {
        public var path: String
        public var bytes: Int
        /// Bytes of weights in other files.
        public var externalBytes: Int
        /// Nodes in the file.
        public var nodes: Int
        /// `QDQ` or `QOperator`, how integers are written; `nil` for a float model.
        public var form: String?
        /// Extents that were not in the file but given or assumed: `batch = 1`.
        public var assumptions: [String]

        public init(path: String, bytes: Int, externalBytes: Int, nodes: Int, form: String?, assumptions: [String]) {
            self.path = path
            self.bytes = bytes
            self.externalBytes = externalBytes
            self.nodes = nodes
            self.form = form
            self.assumptions = assumptions
        }
    }

    public init(
        _ summary: ModelSummary, file: File, sections: [Section],
        weights: [(name: String, tensor: Tensor, statistics: WeightStatistics)] = [], memory: MemoryTable? = nil
    ) {
        self.summary = summary
        self.file = file
        self.sections = sections
        self.weights = weights
        self.memory = memory
    }

    /// Rows of the tensor table that are shown where nobody asked for all of them.
    static let briefRows = 40

    /// The most important table of what was asked for, for formats that hold one.
    public var table: TextTable {
        let tables: [(Section, TextTable)] = [
            (.weights, WeightTable.table(of: weights)), (.memory, memory?.table ?? operators), (.tensors, tensors),
            (.nodes, nodes), (.operators, operators),
        ]
        return tables.first { sections.contains($0.0) && !sections.contains(.header) }?.1 ?? operators
    }

    var operators: TextTable { OperatorTable.table(of: summary) }
    var nodes: TextTable { NodeTable.table(of: summary.nodes, isQuantized: summary.isQuantized) }

    /// Codes with their scales, then what is held as floats; for a float model all constants.
    var tensors: TextTable { summary.isQuantized ? TensorTable.table(of: summary.values) : floatConstants }

    /// Constants that are neither codes nor their parameters.
    var floatConstants: TextTable { TensorTable.table(ofConstants: summary.floatConstants) }

    /// Producer and metadata as label and text, in the order of the file; long texts are cut.
    var metadata: [(label: String, text: String)] {
        summary.model.annotations.metadata.map { entry in
            let own = entry.key.hasPrefix("bitdepth.") ? String(entry.key.dropFirst("bitdepth.".count)) : entry.key
            let label = own == "version" ? "bitdepth" : own.split(separator: "_").joined(separator: " ")
            return (
                label,
                entry.value.count > ModelReport.longestValue
                    ? entry.value.prefix(ModelReport.longestValue) + "…" : entry.value
            )
        }
    }

    private static let longestValue = 100

    var producer: String? {
        let producer = summary.model.producer
        let text = [producer.name, producer.version].filter { !$0.isEmpty }.joined(separator: " ")
        return text.isEmpty ? nil : text
    }
}

extension ModelSummary {
    /// Float constants that the graph holds, parameters of quantization left out.
    public var floatConstants: [(name: String, tensor: Tensor)] {
        var parameters: Set<ValueName> = []
        for node in model.graph.nodes where node.op == "QuantizeLinear" || node.op == "DequantizeLinear" {
            for index in 1..<3 { if let name = node.input(index) { parameters.insert(name) } }
        }
        return model.graph.initializers.compactMap { name, tensor in
            tensor.type.isFloatingPoint && !parameters.contains(name) ? (name.text, tensor) : nil
        }
    }
}
