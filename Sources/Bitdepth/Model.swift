import BitdepthDataSources
import BitdepthEvaluation
import BitdepthFormats
import BitdepthGraphs
import BitdepthOperators
import BitdepthPasses
import BitdepthQuantization
import BitdepthRuntime
import BitdepthTensors

/// A network from a file: an immutable value. Large weights stay in the file until they are used.
///
/// ```swift
/// let model = try Model(contentsOf: "fashion-resnet.onnx")
/// let quantized = try await model.quantized(.int8, calibratedOn: samples)
/// try quantized.write(to: "resnet.int8.onnx")
/// let logits = try quantized.compiled().makeSession().run(["image": batch])["logits"]
/// ```
public struct Model: Sendable {
    public var contents: ModelGraph

    public init(_ contents: ModelGraph) { self.contents = contents }

    /// Reads an ONNX file; graphs written for older operator sets are upgraded to the latest, and quantized operators
    /// (QLinearConv and its kin) become QuantizeLinear and DequantizeLinear around float ones.
    ///
    /// - Throws: ``BitdepthError`` with the file's path: not found, malformed, unsupported.
    public init(contentsOf path: String, limits: Limits = .standard, allowLinks: Bool = false) throws(BitdepthError) {
        var contents = try ONNX.read(path, limits: limits, allowLinks: allowLinks)
        try locating(.init(file: path)) { () throws(BitdepthError) in _ = try QOperatorToQDQ().run(&contents.graph) }
        self.contents = contents
    }

    public var graph: Graph { contents.graph }

    /// What the model asks of its inputs.
    public var inputs: [InputSpecification] {
        graph.requiredInputs.map { port in
            InputSpecification(
                name: port.name.text, type: port.type?.element ?? .float32, shape: port.type?.shape ?? .unknown)
        }
    }

    /// How raw data become this model's inputs, where the file says so.
    ///
    /// - Throws: ``BitdepthError/Code/badPreprocessing`` when the stored recipe cannot be read.
    public func preprocessing() throws(BitdepthError) -> PreprocessingRecipe? {
        guard let text = contents.annotations[PreprocessingRecipe.metadataKey] else { return nil }
        return try PreprocessingRecipe(parsing: text)
    }

    /// Whether the graph computes with quantized values already.
    public var isQuantized: Bool {
        graph.nodes.contains { $0.op == "QuantizeLinear" || $0.op == "DequantizeLinear" }
    }

    /// Writes the model as an ONNX file: whole or not at all.
    ///
    /// - Throws: ``BitdepthError/Code/fileExists`` unless `options.force`; ``BitdepthError/Code/cannotCreate``;
    ///   ``BitdepthError/Code/inputOutput``.
    public func write(to path: String, options: ONNX.WriteOptions = ONNX.WriteOptions()) throws(BitdepthError) {
        try ONNX.write(contents, to: path, options: options)
    }

    /// The model ready to run; programs are compiled for each input shape when it is first met.
    ///
    /// - Parameters:
    ///   - threads: Threads that one run uses.
    ///   - options: Instruction set, fusion.
    public func compiled(threads: Int = 1, options: CompileOptions = CompileOptions()) throws(BitdepthError)
        -> CompiledGraph
    {
        try contents.checkOperators()
        return try CompiledGraph(graph, options: options, threads: threads)
    }
}
