import BitdepthGraphs
import BitdepthPasses
import BitdepthTensors

/// Models in the ONNX format.
public enum ONNX {
    /// Reads a model and brings it to the latest operator set.
    ///
    /// Only the structure is read; weights stay in the file, or in the external data files beside it, until they are used.
    /// Calls of model-local functions are replaced by the functions' nodes. Operators that Bitdepth does not know are kept.
    ///
    /// - Parameters:
    ///   - limits: How much the file may claim.
    ///   - allowLinks: Whether external data may be a symbolic link or a file with several names.
    /// - Throws: ``BitdepthError/Code/fileNotFound``, ``BitdepthError/Code/malformedFile`` and
    ///   ``BitdepthError/Code/truncatedFile`` with the offset, ``BitdepthError/Code/limitExceeded``,
    ///   ``BitdepthError/Code/externalData``, ``BitdepthError/Code/invalidGraph``, ``BitdepthError/Code/cycle``,
    ///   ``BitdepthError/Code/unsupportedOpset``, ``BitdepthError/Code/unsupportedFormat``.
    /// - Source: ONNX IR specification, onnx.proto.
    public static func read(
        _ path: String, limits: Limits = .standard, allowLinks: Bool = false
    ) throws(BitdepthError) -> ModelGraph {
        let file = try FileAccess.open(path)
        return try locating(.init(file: path)) { () throws(BitdepthError) in
            let proto = try ModelMessage(file, limits: limits)
            var importer = ModelImport(proto, file: file, limits: limits, allowLinks: allowLinks)
            var model = try importer.model()
            try model.graph.validate()
            try OpsetUpgrade().run(&model)
            model.graph.makeNamesUnique()
            return model
        }
    }
}
