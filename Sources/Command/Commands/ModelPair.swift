import Bitdepth

/// A model and the float model that it is compared with, ready to run on the same samples.
struct ModelPair {
    let model: Model
    let baseline: Model?
    let compiled: CompiledGraph
    let compiledBaseline: CompiledGraph?
    let instructionSet: InstructionSet
    /// How the model was made, as far as its file tells.
    let facts: [String]

    /// - Throws: What reading throws; ``BitdepthError/Code/badData`` when the two do not take the same inputs or have no
    ///   output in common.
    init(_ path: String, baseline: String?, allowLinks: Bool, instructionSet: InstructionSet) throws(BitdepthError) {
        let (model, facts) = try ModelPair.read(path, allowLinks)
        let other = try baseline.map { path throws(BitdepthError) in try ModelPair.read(path, allowLinks).model }
        if let other, let baseline { try ModelPair.check(model, path, other, baseline) }
        let options = CompileOptions(instructionSet: instructionSet)
        compiled = try locating(.init(file: path)) { () throws(BitdepthError) in
            try CompiledGraph(model.graph, options: options)
        }
        compiledBaseline = try other.map { other throws(BitdepthError) in
            try locating(.init(file: baseline)) { () throws(BitdepthError) in
                try CompiledGraph(other.graph, options: options)
            }
        }
        (self.model, self.baseline, self.instructionSet, self.facts) = (model, other, instructionSet, facts)
    }

    /// A model whose ports carry codes gets float ones, so that samples and outputs mean the same in both.
    static func read(_ path: String, _ allowLinks: Bool) throws(BitdepthError) -> (model: Model, facts: [String]) {
        var model = try Model(contentsOf: path, allowLinks: allowLinks)
        try locating(.init(file: path)) { () throws(BitdepthError) in try model.contents.checkOperators() }
        let ports = FloatPorts().run(&model.contents.graph)
        let annotations = model.contents.annotations
        var facts = [annotations["bitdepth.scheme"] ?? (model.isQuantized ? "quantized" : "float")]
        if let calibration = annotations["bitdepth.calibration"], let samples = annotations["bitdepth.samples"] {
            facts.append("calibrated with \(calibration) on \(samples) samples")
        }
        if let version = annotations["bitdepth.version"] { facts.append("bitdepth \(version)") }
        if !ports.isEmpty { facts.append("\(ports.map(\.text).joined(separator: ", ")) carry codes: converted here") }
        return (model, facts)
    }

    private static func check(_ model: Model, _ path: String, _ baseline: Model, _ other: String) throws(BitdepthError)
    {
        let names = (model.inputs.map(\.name), baseline.inputs.map(\.name))
        guard Set(names.0) == Set(names.1) else {
            throw BitdepthError(
                .badData,
                "the models do not take the same inputs: \(names.0.joined(separator: ", ")) here, \(names.1.joined(separator: ", ")) in \(other)",
                at: .init(file: path), help: ["name the float model that this one was made from"])
        }
        for input in model.inputs {
            guard let twin = baseline.inputs.first(where: { $0.name == input.name }), twin.type != input.type else {
                continue
            }
            throw BitdepthError(
                .badData,
                "input \"\(input.name)\" is of type \(input.type.shortName) here and \(twin.type.shortName) in \(other)",
                at: .init(file: path, tensor: input.name))
        }
        let outputs = (Set(model.graph.outputs.map(\.name)), Set(baseline.graph.outputs.map(\.name)))
        guard outputs.0.isDisjoint(with: outputs.1) else { return }
        throw BitdepthError(
            .badData,
            "the models have no output in common: \(outputs.0.sorted().map(\.text).joined(separator: ", ")) here, \(outputs.1.sorted().map(\.text).joined(separator: ", ")) in \(other)",
            at: .init(file: path), help: ["name the float model that this one was made from"])
    }
}
