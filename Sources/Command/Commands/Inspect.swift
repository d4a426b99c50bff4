import ArgumentParser
import Bitdepth

/// `bitdepth inspect model.onnx`
struct Inspect: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "What is in a model: operators, shapes, sizes, scales, what is float and why.",
        discussion: """
            Without --ops, --nodes, --tensors, --stats or --memory an overview is shown. Weights are not read unless --stats \
            or --memory asks for it, so large models open at once. Of a float model it says what int8 would quantize.
            """)

    @Argument(help: "An ONNX file.")
    var model: String

    @Flag(name: .customLong("ops"), help: "Nodes counted by operator.")
    var operators = false

    @Flag(help: "Every node.")
    var nodes = false

    @Flag(help: "Every tensor: scale, zero point and range of codes; constants held as floats.")
    var tensors = false

    @Flag(name: .customLong("stats"), help: "Smallest, largest, mean and zeros of float weights; this reads them.")
    var statistics = false

    @Flag(help: "How a run uses memory: size of the arena, which values share it; this compiles the model.")
    var memory = false

    @OptionGroup
    var shape: ShapeOption

    @OptionGroup
    var links: LinkOption

    @OptionGroup(title: "Output")
    var output: OutputOptions

    func run() throws {
        let report = try report()
        try output.show("inspect", json: report.json, table: report.table, text: report.text)
    }

    /// What was asked for, else an overview.
    func sections(isQuantized: Bool) -> [ModelReport.Section] {
        var asked: [ModelReport.Section] = []
        if operators { asked.append(.operators) }
        if nodes { asked.append(.nodes) }
        if tensors { asked.append(.tensors) }
        if statistics { asked.append(.weights) }
        if memory { asked.append(.memory) }
        if !asked.isEmpty { return asked }
        return isQuantized ? [.header, .operators, .floats, .tensors] : [.header, .operators, .floats]
    }
}
