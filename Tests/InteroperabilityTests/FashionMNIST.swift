import Bitdepth
import Foundation
import Testing

/// The data set of Debian's package `dataset-fashion-mnist`, preprocessed for the bundled ResNet.
struct FashionMNIST {
    static let folder = "/usr/share/datasets/fashion-mnist"
    static let recipe = "scale=255,mean=0.2860,std=0.3530"

    enum Part: String {
        case train
        case test = "t10k"
    }

    static func images(_ part: Part, for model: Model) throws -> PreprocessedSource {
        let path = "\(folder)/\(part.rawValue)-images-idx3-ubyte.gz"
        try #require(
            FileManager.default.fileExists(atPath: path),
            "\(path) is missing: install dataset-fashion-mnist (make setup)")
        return PreprocessedSource(
            try DataSource.open(path, inputs: model.inputs), recipe: try PreprocessingRecipe(parsing: recipe),
            inputs: model.inputs)
    }

    /// The first `count` images as one tensor.
    static func batch(_ part: Part, _ count: Int, for model: Model) throws -> Tensor {
        let images = try images(part, for: model)
        let samples = try (0..<count).map { index throws(BitdepthError) in try images.sample(at: index) }
        let name = try #require(model.inputs.first?.name)
        return try #require(try Batch.assemble(samples).tensors[name])
    }

    /// The bundled ResNet, quantized as the README does it.
    static func quantizedResNet(_ configuration: QuantizationConfiguration = .int8) throws -> Model {
        let float = try Model(contentsOf: Files.model("fashion-resnet.onnx"))
        let samples = try images(.train, for: float)
        let quantization = try Quantizer(configuration, threads: 2).quantize(
            float.contents, calibratedOn: samples.evenly(512))
        return Model(quantization.model)
    }
}

/// Rows of class scores compared between two engines.
struct ScoreComparison {
    let count: Int
    let sameBest: Int
    let largestDifference: Float

    init(_ left: Tensor, _ right: Tensor) throws {
        try #require(left.shape == right.shape, "\(left) against \(right)")
        let classes = left.shape[left.shape.rank - 1]
        let (a, b) = (try left.floats(), try right.floats())
        count = a.count / classes
        largestDifference = zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1)) }
        sameBest = (0..<count).count { row in
            let range = row * classes..<(row + 1) * classes
            return ScoreComparison.best(a[range]) == ScoreComparison.best(b[range])
        }
    }

    var agreement: Double { Double(sameBest) / Double(count) }

    private static func best(_ scores: ArraySlice<Float>) -> Int? {
        scores.max().flatMap { top in scores.firstIndex(of: top).map { $0 - scores.startIndex } }
    }
}
