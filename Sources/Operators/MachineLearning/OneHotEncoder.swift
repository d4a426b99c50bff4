import BitdepthGraphs
import BitdepthTensors

/// A 1 at the place of each element's category among 0s: X of shape S → FP32 of shape S + `[categories]`. Floats are cut
/// to integers; where `zeros` is 0, an element of no category is an error.
///
/// Source: ONNX operator specification, ai.onnx.ml OneHotEncoder-1.
public struct OneHotEncoder: Operator {
    public static let signature = OperatorSignature(.machineLearning("OneHotEncoder"), versions: [1], inputs: 1...1)
    private let categories: [Int]
    private let allowsUnknown: Bool

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        try attributes.refuseText("cats_strings")
        categories = try attributes.required("cats_int64s", try attributes.ints("cats_int64s"))
        allowsUnknown = try attributes.flag("zeros", default: true)
    }

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] {
        let dimensions = try inputs.required(0, "X").dimensions
        return [Fact(.float32, PartialShape(dimensions.map { $0 + [.known(categories.count)] }))]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let x = try inputs.required(0, "X")
        let shape = try Shape(x.shape.dimensions + [categories.count])
        var places: [Int: Int] = [:]
        for (place, category) in categories.enumerated() { places[category] = place }
        var hot = try [Float](repeating: 0, filling: shape)
        for (index, category) in try x.converted(to: .int64).integers().enumerated() {
            if let place = places[category] {
                hot[index * categories.count + place] = 1
            } else if !allowsUnknown {
                throw BitdepthError(.valueOutOfRange, "\(category) is none of the \(categories.count) categories")
            }
        }
        return [try Tensor(floats: hot, shape: shape, type: .float32)]
    }
}
