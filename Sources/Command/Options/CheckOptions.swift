import ArgumentParser
import Bitdepth

/// When a quantized model counts as collapsed, and what happens then.
struct CheckOptions: ParsableArguments {
    @Flag(help: "Write the file even if the check finds that it collapsed.")
    var noGate = false

    @Option(help: ArgumentHelp("Least SQNR of the outputs, in dB (default: 10; 5 below 8 bits).", valueName: "dB"))
    var minSqnr: Double?

    @Option(
        help: ArgumentHelp("Least agreement of top-1 answers (default: 90%; 75% below 8 bits).", valueName: "percent"))
    var minAgreement: Percentage?

    @Flag(
        help:
            "Keep no node float because of its loss (default: what costs most, up to 4 % of MACs, where the check finds less than 30 dB, of probabilities 12 dB, or 99 % agreement)."
    )
    var noFallback = false

    func validate() throws {
        if let minSqnr, !minSqnr.isFinite { throw ValidationError("--min-sqnr must be a number of dB, not \(minSqnr)") }
    }

    /// Weights of 7 bits are 8-bit weights that leave room to other runtimes: they are judged as such.
    func gate(for configuration: QuantizationConfiguration) -> Gate {
        var judged = configuration
        if judged.weights.bits == 7 { judged.weights.bits = 8 }
        var gate = Gate(for: judged)
        if let minSqnr { gate.leastDecibels = minSqnr }
        if let minAgreement { gate.leastAgreement = minAgreement.fraction }
        return gate
    }
}

/// `99%`, or `99`.
struct Percentage: ExpressibleByArgument, Equatable {
    /// 0 … 1.
    var fraction: Double

    init?(argument: String) {
        let number = argument.hasSuffix("%") ? String(argument.dropLast()) : argument
        // 0.9 without a sign most likely means 90 %, so it is asked for again.
        guard let percent = Double(number), percent >= 0, percent <= 100,
            argument.hasSuffix("%") || percent == 0 || percent > 1
        else { return nil }
        fraction = percent / 100
    }
}
