import BitdepthGraphs
import BitdepthTensors

/// Inputs `[N, Cᵢ]`, or `[Cᵢ]` seen as `[1, Cᵢ]`, side by side as FP32. `inputdimensions` says how many columns each one
/// fills: further ones are cut off, missing ones are 0.
///
/// Source: ONNX operator specification, ai.onnx.ml FeatureVectorizer-1.
public struct FeatureVectorizer: Operator {
    public static let signature = OperatorSignature(
        .machineLearning("FeatureVectorizer"), versions: [1], inputs: 1...OperatorSignature.anyNumber)
    private let widths: [Int]?

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        widths = try attributes.ints("inputdimensions")
        guard let widths else { return }
        guard widths.count == attributes.inputCount, widths.allSatisfy({ (0...Window.largestValue).contains($0) })
        else {
            throw attributes.invalid("inputdimensions", "is \(widths) for \(attributes.inputCount) inputs")
        }
    }

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] {
        let facts = try inputs.present()
        let known = widths ?? facts.compactMap { $0.dimensions?.last?.value }
        let width = known.count == facts.count ? Dimension.known(known.reduce(0, &+)) : .unknown
        return [Fact(.float32, PartialShape([try FeatureMatrix.rows(facts[0]), width]))]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        var parts: [FeatureMatrix] = []
        for (index, _) in inputs.enumerated() {
            parts.append(try FeatureMatrix(try inputs.required(index, "X\(index)")))
        }
        guard let rows = parts.first?.rows, parts.allSatisfy({ $0.rows == rows }) else {
            throw BitdepthError(.shapeMismatch, "inputs have \(parts.map(\.rows)) rows; they must have one number")
        }
        let widths = widths ?? parts.map(\.columns)
        let shape = try Shape([rows, widths.reduce(0, &+)]).checkedForEvaluation()
        let values = (0..<rows).flatMap { row in
            zip(parts, widths).flatMap { part, width in
                let taken = part.row(row).prefix(width)
                return taken + [Double](repeating: 0, count: width - taken.count)
            }
        }
        return [try Tensor(reals: values, shape: shape, type: .float32)]
    }
}
