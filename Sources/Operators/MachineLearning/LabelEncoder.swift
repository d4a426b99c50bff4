import BitdepthGraphs
import BitdepthTensors

/// Every element replaced by the value that belongs to it as a key, or by a default; NaN equals NaN, and of equal keys the
/// last one counts.
///
/// Source: ONNX operator specification, ai.onnx.ml LabelEncoder-4.
public struct LabelEncoder: Operator {
    public static let signature = OperatorSignature(
        .machineLearning("LabelEncoder"), versions: [1, 2, 4], inputs: 1...1)

    private let places: [Key: Int]
    /// The values of all keys, then the default.
    private let values: Tensor

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        try attributes.refuseText("keys_strings", "values_strings", "classes_strings")
        let keys = try attributes.required("keys_int64s", try LabelEncoder.keys(attributes))
        values = try LabelEncoder.values(attributes)
        guard values.count == keys.count + 1 else {
            throw attributes.invalid("values_*", "has \(values.count - 1) entries for \(keys.count) keys")
        }
        var places: [Key: Int] = [:]
        for (place, key) in keys.enumerated() { places[key] = place }
        self.places = places
    }

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] {
        [Fact(values.type, try inputs.required(0, "X").type.shape)]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let x = try inputs.required(0, "X")
        let positions = try LabelEncoder.keys(x).map { places[$0] ?? values.count - 1 }
        return [try values.gathered(positions, shape: x.shape)]
    }

    /// An element that can be looked up.
    private enum Key: Hashable {
        case integer(Int)
        case real(Double)
        case nan
    }

    private static func keys(_ tensor: Tensor) throws(BitdepthError) -> [Key] {
        guard tensor.type.isFloatingPoint else { return try tensor.integers().map(Key.integer) }
        return try tensor.doubles().map { $0.isNaN ? .nan : .real($0) }
    }

    private static func keys(_ attributes: AttributeReader) throws(BitdepthError) -> [Key]? {
        if let integers = try attributes.ints("keys_int64s") { return integers.map(Key.integer) }
        if let reals = try attributes.floats("keys_floats") { return try keys(try Tensor(reals)) }
        return try attributes.tensor("keys_tensor").map { tensor throws(BitdepthError) in try keys(tensor) }
    }

    private static func values(_ attributes: AttributeReader) throws(BitdepthError) -> Tensor {
        if let integers = try attributes.ints("values_int64s") {
            return try Tensor((integers + [try attributes.int("default_int64", default: -1)]).map { Int64($0) })
        }
        if let reals = try attributes.floats("values_floats") {
            return try Tensor(reals + [try attributes.float("default_float", default: -0.0)])
        }
        let values = try attributes.required("values_tensor", try attributes.tensor("values_tensor"))
        let fallback = try attributes.tensor("default_tensor")
        if let fallback, fallback.type != values.type || fallback.count != 1 {
            throw attributes.invalid("default_tensor", "must hold one element of the type of the values")
        }
        let shape = try Shape([values.count + 1])
        if values.type.isFloatingPoint {
            return try Tensor(
                reals: try values.doubles() + (try fallback?.doubles() ?? [-0.0]), shape: shape, type: values.type)
        }
        return try Tensor(
            integers: try values.integers() + (try fallback?.integers() ?? [-1]), shape: shape, type: values.type)
    }
}
