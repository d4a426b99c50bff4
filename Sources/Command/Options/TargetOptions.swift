import ArgumentParser
import Bitdepth

/// The file that a quantized model becomes.
struct TargetOptions: ParsableArguments {
    @Option(name: .shortAndLong, help: ArgumentHelp("The file to write.", valueName: "path"))
    var output: String?

    @Option(help: "Spelling of the quantized operators: QuantizeLinear and DequantizeLinear, or operators on codes.")
    var to: Form = .qdq

    @Option(
        help: ArgumentHelp(
            "Operator set to write (default: the model's, or the lowest later one that can say it).",
            valueName: "version"))
    var opset: Int?

    enum Form: String, CaseIterable, ExpressibleByArgument {
        case qdq = "onnx-qdq"
        case qop = "onnx-qop"

        var name: String { self == .qdq ? "ONNX QDQ" : "ONNX QOperator" }
    }

    /// Checks before any work that the file can be written.
    ///
    /// - Throws: ``BitdepthError/Code/usage``, ``BitdepthError/Code/unsupportedFormat``, ``BitdepthError/Code/unsupportedOpset``,
    ///   ``BitdepthError/Code/fileExists``, ``BitdepthError/Code/cannotCreate``.
    func check(_ configuration: QuantizationConfiguration, force: Bool) throws(BitdepthError) {
        try checkOpset(configuration)
        _ = try writable(force: force, example: "model.int8.onnx")
    }

    /// The file, which can be written as far as one can know before any work.
    ///
    /// - Parameter example: What it might be called, for who did not name it.
    /// - Throws: ``BitdepthError/Code/usage``, ``BitdepthError/Code/unsupportedFormat``, ``BitdepthError/Code/fileExists``,
    ///   ``BitdepthError/Code/cannotCreate``.
    func writable(force: Bool, example: String) throws(BitdepthError) -> String {
        guard let output else {
            throw BitdepthError(
                .usage, "no file to write was named: -o is missing", help: ["for example -o \(example)"])
        }
        if let format = TargetOptions.otherFormats.first(where: { output.lowercased().hasSuffix(".\($0)") }) {
            throw BitdepthError(
                .unsupportedFormat, "models cannot be written as .\(format) yet", at: .init(file: output),
                help: ["name a file that ends in .onnx"])
        }
        // Made and dropped again: what stands in the way shows now, and nothing is left.
        _ = try AtomicFile(output, force: force)
        return output
    }

    /// Brings quantized operators into the form that was asked for.
    ///
    /// - Returns: Which nodes stay QDQ, and why.
    func spell(_ graph: inout Graph) throws(BitdepthError) -> [String] {
        guard to == .qop else { return [] }
        return try QOperatorForm().convert(&graph).map { "\($0.node) stays QDQ: \($0.reason)" }
    }

    private func checkOpset(_ configuration: QuantizationConfiguration) throws(BitdepthError) {
        guard let opset else { return }
        let lowest = configuration.weights.granularity == .perTensor ? 10 : 13
        guard opset < lowest || opset > OpsetUpgrade.latest else { return }
        let help = lowest == 13 && opset >= 10 ? ["scales per channel need 13: --per-tensor writes 10 and later"] : []
        throw BitdepthError(
            .unsupportedOpset,
            "a quantized model can be written for operator sets \(lowest) to \(OpsetUpgrade.latest), not \(opset)",
            help: help)
    }

    private static let otherFormats = ["tflite", "gguf", "safetensors", "pb", "pt", "h5", "keras", "mlmodel", "engine"]
}
