import BitdepthCalibration
import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

/// Everything that decides how a model is quantized. Values, so that what was used can be printed and stored.
public struct QuantizationConfiguration: Sendable, Hashable {
    public var weights: QuantizationScheme
    public var activations: QuantizationScheme
    public var calibration: RangeChoice
    /// Nodes that stay float.
    public var keepFloat: [NodeSelector]
    public var portType: PortType
    public var recurrent: RecurrentForm
    /// How many samples of the calibration data choose the ranges when `calibration` is `auto`.
    public var refinementSamples: Int

    /// Element type of the model's inputs and outputs.
    public enum PortType: String, Sendable, CaseIterable {
        case float, int8, uint8
    }

    /// How LSTM, GRU and RNN are quantized.
    public enum RecurrentForm: String, Sendable, CaseIterable {
        /// 8-bit weights and input; the node stays, and its states are float.
        case weights
        /// The cell as the body of a Scan, with scales of everything that is multiplied, the states too. A layer that
        /// cannot be written so is quantized as ``weights``.
        case `static`
        case float
    }

    public init(
        weights: QuantizationScheme = .int8Weights, activations: QuantizationScheme = .uint8Activations,
        calibration: RangeChoice = .method(.minmax), keepFloat: [NodeSelector] = [], portType: PortType = .float,
        recurrent: RecurrentForm = .weights, refinementSamples: Int = 64
    ) {
        self.weights = weights
        self.activations = activations
        self.calibration = calibration
        self.keepFloat = keepFloat
        self.portType = portType
        self.recurrent = recurrent
        self.refinementSamples = refinementSamples
    }

    /// W8A8: signed weights per channel, unsigned asymmetric activations.
    public static let int8 = QuantizationConfiguration()

    /// The scheme in the field's notation.
    public var notation: String { "W\(weights.bits)A\(activations.bits)" }
}

/// Which nodes a rule speaks of: `op:Softmax`, `name:/head/.*`.
public struct NodeSelector: Sendable, Hashable {
    public enum Kind: Sendable, Hashable {
        /// An operator's type.
        case op(String)
        /// A regular expression that the whole of a node's name must match.
        case name(String)
    }

    public var kind: Kind

    public init(_ kind: Kind) { self.kind = kind }

    /// - Throws: ``BitdepthError/Code/badScheme`` for anything but `op:…` and `name:…`, or a broken expression.
    public init(parsing text: String) throws(BitdepthError) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[1].isEmpty, ["op", "name"].contains(parts[0]) else {
            throw BitdepthError(
                .badScheme, "\"\(text)\" selects no nodes", help: ["write op:Softmax or name:REGULAR-EXPRESSION"])
        }
        if parts[0] == "op" {
            kind = .op(String(parts[1]))
        } else {
            do { _ = try Regex(String(parts[1])) } catch {
                throw BitdepthError(
                    .badScheme, "\"\(parts[1])\" is not a regular expression", help: ["an example: name:/head/.*"])
            }
            kind = .name(String(parts[1]))
        }
    }

    public func matches(_ node: Node) -> Bool {
        switch kind {
        case .op(let type): node.op.type == type || node.op.description == type
        case .name(let pattern): (try? Regex(pattern))?.matchesWhole(node.label) ?? false
        }
    }

    public var description: String {
        switch kind {
        case .op(let type): "op:\(type)"
        case .name(let pattern): "name:\(pattern)"
        }
    }
}

extension Regex {
    fileprivate func matchesWhole(_ text: String) -> Bool { (try? wholeMatch(in: text)) != nil }
}
