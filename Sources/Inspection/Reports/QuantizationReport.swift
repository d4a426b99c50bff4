import BitdepthEvaluation
import BitdepthGraphs
import BitdepthQuantization

/// What a quantization made, and what the check of it found.
public struct QuantizationReport: Sendable {
    public var nodes: NodeList
    public var calibration: Calibration
    public var check: Check
    /// `nil` for a model beyond the memory budget, which cannot be timed in one piece.
    public var cost: Cost?
    public var file: File?
    /// Why the result counts as collapsed; empty when it does not.
    public var complaints: [String]
    /// What was kept float because it cost too much.
    public var fallback: Fallback?
    public var notes: [String]
    /// The command to run next; empty when there is none.
    public var next: String

    public struct Calibration: Sendable {
        /// Bytes of all statistics, the same for any number of samples.
        public var bytes: Int
        /// Values in which infinities were met and left out.
        public var infinities: [(value: ValueName, count: UInt64)]

        public init(bytes: Int, infinities: [(value: ValueName, count: UInt64)]) {
            self.bytes = bytes
            self.infinities = infinities
        }
    }

    public struct Check: Sendable {
        public var result: EvaluationResult
        public var kind: SampleSplit.Kind
        /// Outputs in the order of the graph.
        public var outputs: [String]
        public var layers: ComparisonTable
        /// Samples that the layers were compared on.
        public var layerSamples: Int

        public init(
            result: EvaluationResult, kind: SampleSplit.Kind, outputs: [String], layers: ComparisonTable,
            layerSamples: Int
        ) {
            self.result = result
            self.kind = kind
            self.outputs = outputs
            self.layers = layers
            self.layerSamples = layerSamples
        }
    }

    /// What one run costs, float first.
    public struct Cost: Sendable {
        public var latency: PairedLatency
        public var workingBytes: (float: Int, quantized: Int)
        /// Multiply-accumulates of one run, and how many of them run on integers.
        public var multiplyAccumulates: (total: Int, integer: Int)
        public var processor: String
        public var instructionSet: String

        public init(
            latency: PairedLatency, workingBytes: (float: Int, quantized: Int),
            multiplyAccumulates: (total: Int, integer: Int),
            processor: String, instructionSet: String
        ) {
            self.latency = latency
            self.workingBytes = workingBytes
            self.multiplyAccumulates = multiplyAccumulates
            self.processor = processor
            self.instructionSet = instructionSet
        }
    }

    public struct File: Sendable {
        public var path: String
        public var bytesBefore: Int
        public var bytes: Int

        public init(path: String, bytesBefore: Int, bytes: Int) {
            self.path = path
            self.bytesBefore = bytesBefore
            self.bytes = bytes
        }

        public var ratio: Double { bytesBefore > 0 ? Double(bytes) / Double(bytesBefore) : 1 }
    }

    public init(
        nodes: NodeList, calibration: Calibration, check: Check, cost: Cost?, file: File? = nil,
        complaints: [String] = [], fallback: Fallback? = nil,
        notes: [String] = [], next: String = ""
    ) {
        self.nodes = nodes
        self.calibration = calibration
        self.check = check
        self.cost = cost
        self.file = file
        self.complaints = complaints
        self.fallback = fallback
        self.notes = notes
        self.next = next
    }
}
