import Bitdepth
import FoundationEssentials
import Testing

/// The networks and the data that the tests of the whole road use.
enum BundledModels {
    /// The repository, found from this file.
    static let root = String(
        #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/"))
    static let fashionFolder = "/usr/share/datasets/fashion-mnist/"
    static let recipe = "scale=255,mean=0.2860,std=0.3530"

    static func model(_ name: String) throws -> Model { try Model(contentsOf: root + "/models/\(name).onnx") }
    static func fixture(_ path: String) -> String { root + "/Tests/Fixtures/" + path }

    /// Images of Fashion-MNIST as the bundled network takes them; `part` is `train` or `t10k`.
    static func images(_ part: String, for model: Model) throws -> any SampleSource {
        let path = fashionFolder + part + "-images-idx3-ubyte.gz"
        guard FileManager.default.fileExists(atPath: path) else {
            throw BitdepthError(
                .fileNotFound, "\(path) is missing: install Debian's package dataset-fashion-mnist, or run make setup")
        }
        let recipe = try PreprocessingRecipe(parsing: recipe)
        return PreprocessedSource(try DataSource.open(path, inputs: model.inputs), recipe: recipe, inputs: model.inputs)
    }

    static func labels() throws -> [Int] { try Labels.read(fashionFolder + "t10k-labels-idx1-ubyte.gz") }

    /// The 48 images beside the mixed network, in two parts.
    static func mixedImages(for model: Model) throws -> any SampleSource {
        let source = try DataSource.open(fixture("mixed-net/images.npy"), inputs: model.inputs)
        return PreprocessedSource(source, recipe: try PreprocessingRecipe(parsing: "scale=255"), inputs: model.inputs)
    }

    static let threads = 2
}
