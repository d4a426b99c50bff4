import BitdepthTensors
import FoundationEssentials
import Testing

@testable import BitdepthDataSources

/// Debian's package dataset-fashion-mnist; without it these tests are skipped.
private enum Fashion {
    static let folder = "/usr/share/datasets/fashion-mnist"
    static let isInstalled = FileManager.default.fileExists(atPath: folder + "/train-images-idx3-ubyte.gz")
}

@Suite("Fashion-MNIST", .enabled(if: Fashion.isInstalled, "needs the package dataset-fashion-mnist"))
struct FashionTests {
    private let input = TestData.image([nil, 1, 28, 28])

    @Test("The training images are 60,000 samples of the input's shape, and normalized they raise no warning")
    func images() throws {
        let source = try DataSource.open(Fashion.folder + "/train-images-idx3-ubyte.gz", inputs: [input])
        #expect(source.count == 60_000)
        #expect(try source.sample(at: 59_999).tensors["image"]?.shape.dimensions == [1, 1, 28, 28])
        let recipe = try PreprocessingRecipe(parsing: "scale=255,mean=0.2860,std=0.3530")
        for subset in [source.first(16), source.evenly(512), source.shuffled(512)] {
            #expect(try DataCheck.examine(subset, recipe: recipe, inputs: [input]) == [])
        }
        #expect(try DataCheck.examine(source.first(64), recipe: .raw, inputs: [input]).map(\.kind) == [.unscaled])
        // The mean and deviation that the recipe was made from.
        var check = DataCheck(inputs: [input])
        for index in 0..<2000 {
            try check.observe(
                try PreprocessingRecipe(scale: 255).apply(to: source.sample(at: index * 30), inputs: [input]))
        }
        let statistics = try #require(check.statistics(of: "image"))
        #expect(abs(statistics.mean - 0.2860) < 0.01 && abs(statistics.deviation - 0.3530) < 0.01)
    }

    @Test("The test labels are 10,000, a thousand of each class")
    func labels() throws {
        let labels = try Labels.read(Fashion.folder + "/t10k-labels-idx1-ubyte.gz")
        #expect(
            Dictionary(grouping: labels) { $0 }.mapValues(\.count)
                == Dictionary(uniqueKeysWithValues: (0..<10).map { ($0, 1000) }))
    }
}
