import BitdepthInspection
import BitdepthOperators
import BitdepthTensors

/// A choice of number formats that has a name on the command line (`--scheme int8`).
struct NamedScheme: Sendable {
    var name: String
    /// For whom it is, in a few words.
    var purpose: String
    var weights: QuantizationScheme
    var activations: QuantizationScheme

    /// The first is the default.
    static let all = [
        NamedScheme(
            name: "int8", purpose: "the default", weights: .int8Weights, activations: .uint8Activations),
        NamedScheme(
            name: "int8-per-tensor", purpose: "for runtimes that know one scale per weight",
            weights: .int8WeightsPerTensor, activations: .uint8Activations),
        NamedScheme(
            name: "int8-signed", purpose: "for runtimes that want signed activations", weights: .int8Weights,
            activations: .int8Activations),
        NamedScheme(
            name: "w4a8", purpose: "weights in half the space, for readers of operator set 21", weights: .int4Weights,
            activations: .uint8Activations),
    ]

    /// The scheme of that name, whatever its case.
    ///
    /// - Throws: ``BitdepthError/Code/badScheme`` with what may have been meant.
    static func named(_ name: String) throws(BitdepthError) -> NamedScheme {
        if let scheme = all.first(where: { $0.name == name.lowercased() }) { return scheme }
        throw BitdepthError(
            .badScheme, "no scheme \"\(name)\"\(Suggestion.clause(for: name, among: all.map(\.name)))",
            help: ["see `bitdepth schemes` for all schemes"])
    }
}

extension QuantizationScheme {
    fileprivate static var int8WeightsPerTensor: QuantizationScheme {
        var scheme = QuantizationScheme.int8Weights
        scheme.granularity = .perTensor
        return scheme
    }
}
