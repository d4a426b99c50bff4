import ArgumentParser
import Bitdepth

/// `bitdepth compare model.onnx model.int8.onnx --data test.npy`
struct Compare: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "The float model against the quantized one, layer by layer: what was lost where.")

    @Argument(help: "The float model, an ONNX file.")
    var float: String

    @Argument(help: "The quantized model that was made from it.")
    var quantized: String

    @OptionGroup(title: "Data")
    var data: DataOptions

    @Option(help: ArgumentHelp("Layers to show: worst:N, or all in the order of the graph.", valueName: "which"))
    var layers = Layers(selection: .worst(10))

    @OptionGroup
    var links: LinkOption

    @OptionGroup(title: "Computation")
    var compute: ComputeOptions

    @OptionGroup(title: "Output")
    var output: OutputOptions

    /// Samples where --samples does not say.
    static let defaultSamples = 32

    func run() throws {
        _ = try data.recipe()
        if data.path == nil { throw DataOptions.missing }
        let (threads, instructionSet) = (try compute.threadCount(), try compute.instructionSet())
        let pair = try ModelPair(
            quantized, baseline: float, allowLinks: links.allowLinks, instructionSet: instructionSet)
        guard let original = pair.baseline, let reference = pair.compiledBaseline else { return }
        let opened = try data.open(
            inputs: pair.model.inputs, recipesFrom: [pair.model, original],
            randomCount: data.samples ?? Compare.defaultSamples, seed: compute.seed)
        defer { opened.warnOfSkipped(output.messages) }
        let samples = opened.source.evenly(data.samples ?? Compare.defaultSamples)

        if data.isRandom {
            output.messages.warn(
                "measured on noise, which says nothing about real inputs", code: DataWarning.Kind.noise.code)
        }
        let progress = StagedProgress(output.messages, unit: "samples")
        let comparison = try LayerComparison.compare(
            try Compare.normalized(original), pair.model.graph, on: samples, threads: threads,
            instructionSet: instructionSet
        ) { done, total throws(BitdepthError) in try progress.report("comparing", done, total) }
        let result = try Evaluator(pair.compiled, baseline: reference, threads: threads).evaluate(samples) {
            done, total throws(BitdepthError) in try progress.report("evaluating", done, total)
        }
        progress.finish()
        try show(ComparisonTable(comparison, show: layers.selection), result, opened, pair, result.sampleCount)
        if comparison.layers.isEmpty { warnNothingInCommon(pair) }
    }

    /// The passes that quantization begins with, so that values have the names that they have in the quantized graph.
    static func normalized(_ float: Model) throws(BitdepthError) -> Graph {
        var graph = float.graph
        _ = try PassPipeline.standard.run(&graph)
        return graph
    }

    private func show(
        _ table: ComparisonTable, _ result: EvaluationResult, _ opened: OpenedData, _ pair: ModelPair, _ count: Int
    ) throws {
        let outputs = OutputTable(result, order: pair.model.graph.outputs.map(\.name.text))
        var text = ReportText()
        text.field("float", [ReportText.Piece(float, .strong)])
        text.field("quantized", [ReportText.Piece(quantized, .strong)] + pair.facts.map { ReportText.Piece($0) })
        text.field("data", [opened.source.summary, "\(count) of \(opened.source.count) samples"])
        text.field("input", [opened.origin.map { "\(opened.recipe) (from \($0))" } ?? "no preprocessing"])
        text.blank()
        text.table(table.table)
        if table.layers.isEmpty {
            text.line(.init("    no quantized layer is in both graphs under the same name", .strong))
        } else {
            text.line(
                .init(
                    "    \(table.layers.count) of \(table.total) layers; a layer's noise includes what the layers before it made",
                    .faint))
        }
        text.blank()
        text.append(outputs.text)
        try output.show(
            "compare",
            json: [
                "float": .string(float), "quantized": .string(quantized), "data": .string(opened.source.summary),
                "samples": .integer(count), "preprocess": .string(opened.recipe.description),
                "preprocess_from": .optional(opened.origin), "layers_in_common": .integer(table.total),
                "layers": table.json,
                "outputs": outputs.json,
            ], table: table.table, text: text)
    }

    private func warnNothingInCommon(_ pair: ModelPair) {
        guard pair.model.isQuantized else {
            return output.messages.warn(
                "\(quantized) holds no quantized layer, so only the outputs were compared",
                help: ["name the float model first, then the quantized one"])
        }
        output.messages.warn(
            "no layer of \(float) is found in \(quantized), so only the outputs were compared",
            help: [
                "layers are matched by the names of values, which some tools change",
                "quantize the float model with bitdepth to see where it loses",
            ])
    }
}

extension Compare {
    /// The value of `--layers`.
    struct Layers: ExpressibleByArgument {
        var selection: ComparisonTable.Selection

        init(selection: ComparisonTable.Selection) { self.selection = selection }

        init?(argument: String) {
            if argument == "all" {
                selection = .all
                return
            }
            let parts = argument.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.first == "worst", parts.count <= 2 else { return nil }
            guard parts.count == 2 else {
                selection = .worst(10)
                return
            }
            guard let count = Int(parts[1]), count > 0 else { return nil }
            selection = .worst(count)
        }

        var defaultValueDescription: String { "worst:10" }
    }
}
