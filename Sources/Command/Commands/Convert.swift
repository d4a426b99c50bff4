import ArgumentParser
import Bitdepth

/// `bitdepth convert model.onnx --outputs backbone_out -o backbone.onnx`
struct Convert: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "convert",
        abstract: "Cut, fix shapes, fold, change the operator set: without quantizing.",
        discussion: """
            --outputs keeps what the named values need and drops the rest: the way out where the end of a model holds \
            operators that are not supported. Everything else of the model stays as it is unless an option says otherwise.
            """)

    @Argument(help: "An ONNX file.")
    var model: String

    @Option(
        name: .customLong("outputs"), parsing: .upToNextOption,
        help: ArgumentHelp(
            "Values that become the model's outputs; what only others need is dropped.", valueName: "value"))
    var outputs: [String] = []

    @OptionGroup
    var shape: ShapeOption

    @Flag(help: "Fold constants and fuse operators, as is done before quantization.")
    var fold = false

    @OptionGroup(title: "File")
    var target: TargetOptions

    @OptionGroup(title: "File")
    var overwrite: OverwriteOption

    @OptionGroup
    var links: LinkOption

    @OptionGroup(title: "Output")
    var output: OutputOptions

    func run() throws {
        let path = try target.writable(force: overwrite.force, example: "model.cut.onnx")
        var contents = try ONNX.read(model, allowLinks: links.allowLinks)
        let before = contents.graph.nodes.count
        try locating(.init(file: model)) { () throws(BitdepthError) in try change(&contents) }
        let notes = try target.spell(&contents.graph)
        try ONNX.write(contents, to: path, options: .init(opset: target.opset, force: overwrite.force))
        for note in notes { output.messages.state("note: \(note)") }
        try show(contents.graph, nodesBefore: before, path, notes)
    }

    private func change(_ contents: inout ModelGraph) throws(BitdepthError) {
        let inputs = Model(contents).inputs
        for (given, original) in zip(try shape.shapes.applied(to: inputs), inputs) where given.shape != original.shape {
            guard let port = contents.graph.inputs.firstIndex(where: { $0.name.text == given.name }) else { continue }
            contents.graph.inputs[port].type = TensorType(given.type, given.shape)
        }
        if !shape.shapes.isEmpty { try settleOutputs(&contents.graph) }
        if !outputs.isEmpty { try GraphExtraction(outputs: outputs.map { ValueName($0) }).run(&contents.graph) }
        if fold {
            _ = try PassPipeline.inference(keepQDQ: true, opset: contents.sourceOpset ?? .max).run(&contents.graph)
        }
        try contents.graph.validate()
    }

    /// Outputs and values in between are declared with what follows from the new shapes.
    private func settleOutputs(_ graph: inout Graph) throws(BitdepthError) {
        let facts = try ShapeInference.facts(of: graph, tolerant: true)
        for index in graph.outputs.indices {
            graph.outputs[index].type = facts[graph.outputs[index].name]?.type ?? graph.outputs[index].type
        }
        for name in graph.valueTypes.keys { graph.valueTypes[name] = facts[name]?.type ?? graph.valueTypes[name] }
    }

    private func show(_ graph: Graph, nodesBefore: Int, _ path: String, _ notes: [String]) throws {
        let bytes = try ModelFile.bytes(of: path)
        var table = TextTable([.init("port"), .init("name", isShrinkable: true), .init("type")])
        for (kind, ports) in [("input", graph.requiredInputs), ("output", graph.outputs)] {
            for port in ports {
                table.append([.text(kind), .text(port.name.text), .text(port.type?.description ?? "unknown")])
            }
        }
        var text = ReportText()
        text.line(
            .init("  "), .init("✓", .good), .init(" "), .init(path, .strong),
            .init("  \(NumberText.bytes(bytes)), \(graph.nodes.count) of \(nodesBefore) nodes"))
        text.blank()
        text.table(table)
        try output.show(
            "convert",
            json: [
                "file": .string(path), "bytes": .integer(bytes), "nodes": .integer(graph.nodes.count),
                "nodes_before": .integer(nodesBefore), "notes": .strings(notes),
            ], table: table, text: text)
    }
}
