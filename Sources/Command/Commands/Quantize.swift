import ArgumentParser
import Bitdepth

/// `bitdepth quantize model.onnx --data calibration.npy -o model.int8.onnx`
struct Quantize: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quantize", abstract: "Calibrate, quantize, check and report, in one step.",
        discussion: """
            Ranges come from the samples of --data. The result is then run by the integer engine and compared with the float \
            model on samples that calibration did not use. Where that finds a loss, the layers that cause most of it stay float, \
            up to 4 % of the multiply-adds, and the report says which and why; a model that collapsed is not written.
            """)

    @Argument(help: "The float model, an ONNX file.")
    var model: String

    @OptionGroup(title: "Data")
    var data: DataOptions

    @OptionGroup(title: "Quantization")
    var scheme: SchemeOptions

    @OptionGroup(title: "Check")
    var check: CheckOptions

    @OptionGroup(title: "File")
    var target: TargetOptions

    @OptionGroup(title: "File")
    var overwrite: OverwriteOption

    @OptionGroup
    var links: LinkOption

    @Flag(help: "Show what would be done and how large the file would be; write nothing.")
    var dryRun = false

    @OptionGroup(title: "Large models")
    var large: LargeModelOptions

    @OptionGroup(title: "Computation")
    var compute: ComputeOptions

    @OptionGroup(title: "Output")
    var output: OutputOptions

    /// Samples that calibrate where --samples does not say.
    static let defaultSamples = 128

    func run() throws {
        let configuration = try scheme.configuration()
        _ = try data.recipe()
        if !dryRun {
            try target.check(configuration, force: overwrite.force)
            if data.path == nil { throw DataOptions.missing }
        }
        let (threads, instructionSet) = (try compute.threadCount(), try compute.instructionSet())
        let model = try Model(contentsOf: self.model, allowLinks: links.allowLinks)
        let externalData = large.externalData(of: model, at: self.model)
        if !dryRun { try large.check(externalData, besides: target.output, force: overwrite.force) }
        let run = QuantizationRun(
            path: self.model, model: model, configuration: configuration, gate: check.gate(for: configuration),
            target: target,
            threads: threads, instructionSet: instructionSet, memory: large.budget(besides: target.output),
            externalData: externalData, messages: output.messages, fallsBack: !check.noFallback)
        if !run.memory.holds(model.graph) { Machine.returnFreedMemory() }
        let outlook = try run.plan(nil)
        if outlook.keepsEverything { return try keep(run, outlook) }
        let opened = try data.path.map { _ throws(BitdepthError) in
            try data.open(
                inputs: model.inputs, recipesFrom: [model],
                randomCount: (data.samples ?? Quantize.defaultSamples) + SampleSplit.mostChecked, seed: compute.seed)
        }
        defer { opened?.warnOfSkipped(output.messages) }
        let samples = try opened.map { opened throws(BitdepthError) in
            try run.samples(opened, wanted: data.samples ?? Quantize.defaultSamples, isRandom: data.isRandom)
        }
        if dryRun { return try showPlan(try run.plan(samples)) }
        guard let samples else { throw DataOptions.missing }

        let preview = try run.plan(samples)
        if output.resultFormat == .table { try output.show(preview.setup.text) }
        let outcome = try run.quantize(samples)
        try finish(outcome, run, preview)
    }

    /// A model that is quantized already and in which nothing else can be keeps what it has: written in the wanted form, it is
    /// the same model.
    private func keep(_ run: QuantizationRun, _ plan: QuantizationRun.Plan) throws {
        let message = "the model is quantized already and keeps that: nothing else in it could be quantized"
        output.messages.warn(message, help: ["look at it with: bitdepth inspect \(ShellWord.quoted(model))"])
        var notes: [String] = []
        let file = dryRun ? nil : try run.writeKept(&notes, force: overwrite.force)
        var text = plan.setup.modelText
        text.blank()
        if let file {
            text.line(
                .init("  "), .init("✓", .good), .init(" "), .init(file.path, .strong),
                .init("  \(NumberText.bytes(file.bytes)), the same model"))
        }
        text.blank()
        text.table(output.messages.verbosity > .normal ? plan.nodes.all : plan.nodes.byOperator)
        for note in notes { text.line(.init("    note: \(note)", .faint)) }
        try output.show(
            "quantize",
            json: plan.setup.json.appending([
                "kept": true, "file": .optional(file?.path), "nodes": plan.nodes.json, "notes": .strings(notes),
            ]), table: plan.nodes.all, text: text)
    }

    /// Writes the file unless the model collapsed, shows the report, and fails where the answer is no.
    private func finish(_ outcome: QuantizationRun.Outcome, _ run: QuantizationRun, _ plan: QuantizationRun.Plan) throws
    {
        var outcome = outcome
        let collapsed = !outcome.report.complaints.isEmpty
        if !collapsed || check.noGate {
            try run.write(&outcome, plan.promise, force: overwrite.force)
            outcome.report.next = nextCommand(plan.setup.data)
        }
        run.warn(about: outcome.report)
        try output.show(
            "quantize", json: plan.setup.json.appending(outcome.report.json), table: outcome.report.nodes.all,
            text: outcome.report.text(listsAllNodes: output.messages.verbosity > .normal))
        if let file = outcome.report.file { run.state(written: file, outcome.report) }
        if collapsed { try judge(outcome.report, run, outcome) }
    }

    private func judge(_ report: QuantizationReport, _ run: QuantizationRun, _ outcome: QuantizationRun.Outcome) throws
    {
        let message = "the quantized model collapsed: " + report.complaints.joined(separator: "; ")
        if check.noGate {
            return output.messages.warn(
                message, code: BitdepthError.Code.collapsed.rawValue, help: ["it was written because of --no-gate"])
        }
        let causes = try run.causes(of: outcome)
        throw BitdepthError(
            .collapsed, message, at: .init(file: model),
            help: causes.help + ["--no-gate writes it all the same"], notes: causes.notes + ["nothing was written"])
    }

    private func showPlan(_ plan: QuantizationRun.Plan) throws {
        var text = plan.setup.text
        text.field(
            "size", ["about \(NumberText.bytes(plan.promise.bytes)) (\(NumberText.percent(plan.predictedRatio)))"])
        text.blank()
        text.table(output.messages.verbosity > .normal ? plan.nodes.all : plan.nodes.byOperator)
        text.blank()
        text.table(plan.nodes.floatNodes)
        text.line(.init("  nothing was written (--dry-run)", .faint))
        try output.show(
            "quantize",
            json: plan.setup.json.appending([
                "dry_run": true, "predicted_bytes": .integer(plan.promise.bytes), "nodes": plan.nodes.json,
            ]), table: plan.nodes.all, text: text)
    }

    private func nextCommand(_ data: QuantizationSetup.Data?) -> String {
        "bitdepth eval \(ShellWord.quoted(target.output ?? "")) --data TEST-DATA --labels TEST-LABELS --baseline \(ShellWord.quoted(model))"
    }
}

extension JSONValue {
    /// An object with the members of another one behind its own.
    func appending(_ other: JSONValue) -> JSONValue {
        guard case .object(let members) = self, case .object(let others) = other else { return self }
        return .object(members + others)
    }
}
