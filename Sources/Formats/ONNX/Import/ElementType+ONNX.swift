import BitdepthTensors

extension ElementType {
    /// What onnx.proto calls a type that Bitdepth does not have.
    static func onnxName(_ dataType: Int32) -> String {
        Onnx_TensorProto.DataType(rawValue: Int(dataType)).map { "\($0)" } ?? "number \(dataType)"
    }
}
