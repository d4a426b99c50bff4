import ArgumentParser
import Bitdepth

/// How a model is quantized: a named scheme, and what differs from it.
struct SchemeOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Number formats by name; see `bitdepth schemes`.", valueName: "name"))
    var scheme = "int8"

    @Option(
        help: ArgumentHelp(
            "How ranges are chosen: minmax, average, percentile[:PERCENT], mse, entropy, or auto (a second pass over at most 64 samples).",
            valueName: "method"))
    var calib = "minmax"

    @Option(
        name: .customLong("keep-float"), parsing: .singleValue,
        help: ArgumentHelp(
            "Nodes that stay float: op:Softmax, or name:REGEX for the whole name; repeatable.", valueName: "rule"))
    var keepFloat: [String] = []

    @Option(
        help:
            "LSTM, GRU and RNN: 8-bit weights and float states, the cell as a Scan whose states have scales too, or float."
    )
    var recurrent: RecurrentForm = .weights

    @Option(help: "Element type of the model's inputs and outputs.")
    var io: PortType = .float

    @Option(help: "Sign of activations (default: what the scheme says).")
    var activations: Sign?

    @Flag(help: "Zero point in the middle for activations too.")
    var symmetric = false

    @Flag(help: "One scale per weight instead of one per channel.")
    var perTensor = false

    @Flag(
        help:
            "Weights of 7 bits, for processors without VNNI whose other runtimes saturate at 8 (this engine never does)."
    )
    var reduceRange = false

    @Flag(help: "Keep the quantization that the model already has (always on).")
    var keepQuant = false

    enum RecurrentForm: String, CaseIterable, ExpressibleByArgument { case weights, `static`, float }
    enum PortType: String, CaseIterable, ExpressibleByArgument { case float, int8, uint8 }
    enum Sign: String, CaseIterable, ExpressibleByArgument { case int8, uint8 }

    /// - Throws: ``BitdepthError/Code/badScheme`` or ``BitdepthError/Code/usage`` for what cannot be understood.
    func configuration() throws(BitdepthError) -> QuantizationConfiguration {
        let named = try NamedScheme.named(scheme)
        var result = QuantizationConfiguration(
            weights: named.weights, activations: named.activations, calibration: try rangeChoice(), portType: ports,
            recurrent: .init(rawValue: recurrent.rawValue) ?? .weights)
        for rule in keepFloat { result.keepFloat.append(try NodeSelector(parsing: rule)) }
        if perTensor { result.weights.granularity = .perTensor }
        if reduceRange { result.weights.bits = min(result.weights.bits, 7) }
        if symmetric { result.activations.isSymmetric = true }
        if let activations { result.activations.isSigned = activations == .int8 }
        return result
    }

    private var ports: QuantizationConfiguration.PortType { .init(rawValue: io.rawValue) ?? .float }

    private func rangeChoice() throws(BitdepthError) -> RangeChoice {
        let names = ["minmax", "average", "percentile", "mse", "entropy", "auto"]
        do throws(BitdepthError) {
            return try RangeChoice(parsing: calib)
        } catch {
            var error = error
            if let nearest = Suggestion.nearest(to: calib, among: names) {
                error.help.insert("did you mean \"\(nearest)\"?", at: 0)
            }
            throw error
        }
    }
}
