import BitdepthGraphs
import BitdepthTensors

extension OperatorName {
    /// An operator that ONNX Runtime defines beside those of ONNX; exporters and its optimizer write them.
    static func microsoft(_ type: String) -> OperatorName { OperatorName(type, domain: "com.microsoft") }
}

extension AttributeReader {
    /// Refuses a flag whose meaning is not supported.
    func refuseFlag(_ name: String) throws(BitdepthError) {
        if try flag(name, default: false) { throw invalid(name, "is 1, which is not supported") }
    }

    /// A number of heads, channels or rows.
    func positiveInt(_ name: String) throws(BitdepthError) -> Int {
        let value = try required(name, try int(name))
        guard value > 0, value <= Window.largestValue else { throw invalid(name, "is \(value); it must be positive") }
        return value
    }
}
