import BitdepthGraphs
import BitdepthTensors

extension OperatorName {
    /// An operator of ONNX's domain for classical machine learning.
    static func machineLearning(_ type: String) -> OperatorName { OperatorName(type, domain: "ai.onnx.ml") }
}

extension AttributeReader {
    /// Refuses attributes that make a value text: labels and categories are numbers here.
    ///
    /// - Throws: ``BitdepthError/Code/unsupportedOperator`` naming the attribute.
    func refuseText(_ names: String...) throws(BitdepthError) {
        for name in names where try strings(name)?.isEmpty == false {
            throw BitdepthError(
                .unsupportedOperator, "attribute \"\(name)\" makes a value text; only numbers are supported",
                help: ["export the model with integer labels"])
        }
    }

    /// A list that newer versions may give as a tensor `<name>_as_tensor`, in double precision.
    func reals(_ name: String) throws(BitdepthError) -> [Double]? {
        if let tensor = try tensor("\(name)_as_tensor") { return try tensor.doubles() }
        return try floats(name)?.map(Double.init)
    }

    /// A number of targets or of vectors.
    func count(_ name: String, default value: Int) throws(BitdepthError) -> Int {
        let count = try int(name, default: value)
        guard count >= 0, count <= Window.largestValue else { throw invalid(name, "is \(count)") }
        return count
    }
}
