import BitdepthGraphs
import BitdepthOperators
import BitdepthPasses
import BitdepthTensors

/// Which nodes of a graph become integer, and which values carry scales: decided before anything is measured.
public struct QuantizationPlan: Sendable {
    /// One decision per node, in the graph's order.
    public internal(set) var decisions: [NodeDecision]
    /// Values that get a QuantizeLinear and a DequantizeLinear.
    public internal(set) var quantizedValues: Set<ValueName> = []
    /// Values whose range calibration must find: those that do not take another value's.
    public internal(set) var calibratedValues: [ValueName] = []
    /// Values whose parameters are those of another value.
    public internal(set) var parametersFrom: [ValueName: ValueName] = [:]
    /// Values whose range is certain whatever the data.
    public internal(set) var fixedRanges: [ValueName: ClosedRange<Double>] = [:]
    /// Weights: initializers with the axis of their output channels, `nil` for one scale.
    public internal(set) var weights: [WeightUse] = []
    public internal(set) var biases: [BiasUse] = []

    /// A constant operand of a quantized node.
    public struct WeightUse: Sendable, Hashable {
        public var position: Int
        public var input: Int
        public var name: ValueName
        public var axis: Int
    }

    public struct BiasUse: Sendable, Hashable {
        public var position: Int
        public var input: Int
        public var name: ValueName
        public var activation: Int
        public var weight: Int
    }
}
