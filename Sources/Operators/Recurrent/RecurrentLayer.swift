import BitdepthGraphs
import BitdepthTensors

/// What the attributes of RNN, GRU and LSTM have in common.
public struct RecurrentLayer: Sendable, Hashable {
    /// Which way a layer reads its sequences.
    public enum Direction: String, Sendable, CaseIterable { case forward, reverse, bidirectional }

    public let direction: Direction
    /// Neurons of the hidden layer, where the file says it; the weights say it too.
    public let hiddenSize: Int?
    /// Bound of the magnitude of what goes into the gates' activations.
    public let clip: Float?
    /// Whether the batch is the outermost axis (layout 1) instead of the time (layout 0).
    public let isBatchFirst: Bool
    /// The functions of each direction, in the order of the cell's equations.
    public let activations: [[RecurrentActivation]]

    init(
        _ attributes: AttributeReader, defaults: [RecurrentActivation.Function]
    ) throws(BitdepthError) {
        direction = try attributes.choice("direction", default: .forward)
        hiddenSize = try attributes.int("hidden_size")
        clip = try attributes.float("clip")
        let layout = try attributes.int("layout", default: 0)
        guard layout == 0 || layout == 1 else { throw attributes.invalid("layout", "is \(layout); it must be 0 or 1") }
        isBatchFirst = layout == 1
        if let hiddenSize, hiddenSize < 1 {
            throw attributes.invalid("hidden_size", "is \(hiddenSize); it must be at least 1")
        }
        activations = try RecurrentActivation.all(
            attributes, directions: direction == .bidirectional ? 2 : 1, defaults: defaults)
    }

    public var directionCount: Int { activations.count }

    /// Whether a direction reads from the end to the start.
    func isReversed(_ index: Int) -> Bool { direction == .reverse || index == 1 }

    /// What goes into an activation, held within the bound.
    func clipped(_ x: Double) -> Double {
        guard let clip = clip.map(Double.init) else { return x }
        return x > clip ? clip : x < -clip ? -clip : x
    }

    /// Types of Y and of `states` last states.
    func outputs(_ inputs: [Fact?], states: Int) throws(BitdepthError) -> [Fact] {
        let x = try inputs.required(0, "X")
        let r = try inputs.required(2, "R")
        for (fact, name) in [(x, "X"), (try inputs.required(1, "W"), "W"), (r, "R")] {
            guard fact.rank ?? 3 == 3 else {
                throw BitdepthError(.shapeMismatch, "\(name) has rank \(fact.rank ?? 0); it must be 3")
            }
        }
        let steps = x.dimensions?[isBatchFirst ? 1 : 0] ?? .unknown
        let batch = x.dimensions?[isBatchFirst ? 0 : 1] ?? .unknown
        let hidden = hiddenSize.map(Dimension.known) ?? r.dimensions?[2] ?? .unknown
        let directions = Dimension.known(directionCount)
        let y = isBatchFirst ? [batch, steps, directions, hidden] : [steps, directions, batch, hidden]
        let state = isBatchFirst ? [batch, directions, hidden] : [directions, batch, hidden]
        return [Fact(x.element, PartialShape(y))]
            + (0..<states).map { _ in Fact(x.element, PartialShape(state)) }
    }

    /// X carries codes, W and R are weights with a scale for each row of each gate; states, biases and results stay float.
    static let quantization = QuantizationRule(
        inputs: [.activation, .weight(axis: 1), .weight(axis: 1)], outputs: .float)

    /// Before version 7 attribute `output_sequence` said whether Y is wanted; that it has a name says it now.
    static func upgrade(_ node: inout Node, to next: Int) {
        if next <= 7 { node.attributes.removeValue(forKey: "output_sequence") }
    }
}
