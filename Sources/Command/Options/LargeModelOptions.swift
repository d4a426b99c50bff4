import ArgumentParser
import Bitdepth

/// How models are treated that are too large for memory, or for one file.
struct LargeModelOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Memory to get by with, as in 4GB; a model that needs more runs in segments, with the same result (default: half of what there is).",
            valueName: "size"))
    var memory: MemorySize?

    @Option(
        name: .customLong("external-data"),
        help: ArgumentHelp(
            "Whether large tensors go to a file beside the model, its name with .data behind; auto does it above 2 GB and where the model came so."
        ))
    var placement: Placement = .auto

    enum Placement: String, CaseIterable, ExpressibleByArgument { case auto, always }

    /// Tensors that are worth a place in the data file, as other tools have it.
    private static let smallestOutside = 1024
    /// Where the machine does not tell how much it has.
    private static let assumedMemory: UInt64 = 8 << 30

    /// Temporary files lie where the result will.
    func budget(besides output: String?) -> MemoryBudget {
        let available = Int(clamping: (Machine.current.memory ?? LargeModelOptions.assumedMemory) / 2)
        let parts = (output ?? "").split(separator: "/", omittingEmptySubsequences: false).dropLast()
        let folder = parts.isEmpty ? "." : parts.joined(separator: "/") + "/"
        return MemoryBudget(bytes: memory?.bytes ?? available, scratchFolder: folder)
    }

    /// How the result of a model is to be written.
    func externalData(of model: Model, at path: String) -> ONNX.WriteOptions.ExternalData {
        let cameSo = model.graph.initializers.values.contains { $0.region.map { $0.file.path != path } ?? false }
        return placement == .always || cameSo ? .always(minimumBytes: LargeModelOptions.smallestOutside) : .automatic
    }

    /// Checks before any work that the data file can be written.
    func check(
        _ externalData: ONNX.WriteOptions.ExternalData, besides output: String?, force: Bool
    ) throws(BitdepthError) {
        guard let output, externalData != .automatic else { return }
        _ = try AtomicFile(output + ".data", force: force)
    }
}

/// The value of `--memory`: `4GB`, `512MB`, or bytes; units are powers of 1000, with an i in them powers of 1024.
struct MemorySize: ExpressibleByArgument, Equatable {
    var bytes: Int

    init?(argument: String) {
        let digits = argument.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        let unit = argument.dropFirst(digits.count).lowercased()
        guard let number = Double(digits), let factor = MemorySize.units[unit] else { return nil }
        let bytes = number * factor
        guard bytes >= 1, bytes < 0x1p62 else { return nil }
        self.bytes = Int(bytes)
    }

    private static let units: [String: Double] = [
        "": 1, "b": 1, "kb": 1e3, "mb": 1e6, "gb": 1e9, "tb": 1e12, "k": 1e3, "m": 1e6, "g": 1e9, "t": 1e12,
        "kib": 0x1p10, "mib": 0x1p20, "gib": 0x1p30, "tib": 0x1p40,
    ]
}
