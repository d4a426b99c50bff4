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
    /// The same values in the order in which the graph needs them.
    public internal(set) var calibratedValues: [ValueName] = []
    /// Values whose parameters are those of another value.
    public internal(set) var parametersFrom: [ValueName: ValueName] = [:]
    /// Values whose range is certain whatever the data.
    public internal(set) var fixedRanges: [ValueName: ClosedRange<Double>] = [:]
    /// Parts of a Concat: their own ranges decide whether they may share a scale.
    public internal(set) var joinedValues: Set<ValueName> = []
    /// Results of quantized nodes that stay float: those of recurrent layers.
    public internal(set) var floatResults: Set<ValueName> = []
    /// Constant weights with the axis of their output channels.
    public internal(set) var weights: [WeightUse] = []
    /// Constant operands that are no weights: they take the activations' scheme, and their range from their elements.
    public internal(set) var constants: [ConstantUse] = []
    public internal(set) var biases: [BiasUse] = []
    /// What is done inside the bodies that nodes carry: branches of If, bodies of Loop and Scan.
    public internal(set) var bodies: [BodyPlan] = []

    /// A constant weight of a quantized node.
    public struct WeightUse: Sendable, Hashable {
        public var position: Int
        public var input: Int
        public var name: ValueName
        /// `nil` for a weight without such an axis: it has one scale.
        public var axis: Int?
        /// The value whose codes the sums over this weight become; `nil` where they stay float, and where several nodes
        /// share the weight.
        public var result: ValueName?
    }

    /// A constant operand of a quantized node that is not a weight.
    public struct ConstantUse: Sendable, Hashable {
        public var position: Int
        public var input: Int
        public var name: ValueName
        /// A part of a Concat takes the parameters of the result.
        public var sharesScaleOf: ValueName?
    }

    public struct BiasUse: Sendable, Hashable {
        public var position: Int
        public var input: Int
        public var name: ValueName
        public var activation: Int
        public var weight: Int
    }

    /// Whether some node was found quantized by another tool.
    public var hasQuantizedNodes: Bool { decisions.contains { $0.outcome == .alreadyQuantized } }
}
