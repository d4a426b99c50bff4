import BitdepthTensors
import Testing

@testable import BitdepthDataSources

@Suite("What the data look like")
struct DataCheckTests {
    private let gray = TestData.image([nil, 1, 28, 28])
    private let colour = TestData.image([nil, 3, 32, 40])
    private let normal = PreprocessingRecipe(scale: 255, mean: [0.2860], std: [0.3530])

    private func examine(
        _ samples: [Sample], _ recipe: PreprocessingRecipe = .raw, _ input: InputSpecification,
        hint: FirstLayerHint? = nil
    ) throws -> [DataWarning.Kind] {
        let prepared = try samples.map { try recipe.apply(to: $0, inputs: [input]) }
        return try DataCheck.examine(prepared, inputs: [input], hints: hint.map { [input.name: $0] } ?? [:]).map(\.kind)
    }

    private func noise(_ count: Int, _ shape: [Int], _ next: (inout SeededGenerator) -> Float) throws -> [Sample] {
        var generator = SeededGenerator(seed: 5)
        return try (0..<count).map { _ in
            Sample(["image": try Tensor((0..<shape.reduce(1, *)).map { _ in next(&generator) }, shape: shape)])
        }
    }

    @Test("Normalized pictures, gray and in colour, raise no warning")
    func pictures() throws {
        #expect(try examine(TestData.pictures(20), normal, gray) == [])
        let imagenet = try PreprocessingRecipe(parsing: "imagenet")
        #expect(try examine(TestData.pictures(20, channels: 3, height: 32, width: 40), imagenet, colour) == [])
        #expect(try examine(TestData.pictures(20), PreprocessingRecipe(scale: 255), gray) == [])
    }

    @Test("Uniform noise is no picture, scaled or not")
    func uniformNoise() throws {
        #expect(try examine(noise(20, [1, 1, 28, 28]) { TestData.uniform(&$0) }, .raw, gray) == [.noise])
        #expect(try examine(noise(20, [1, 3, 32, 40]) { TestData.uniform(&$0) * 2 - 1 }, .raw, colour) == [.noise])
        let bytes = try examine(noise(20, [1, 1, 28, 28]) { (TestData.uniform(&$0) * 255).rounded() }, .raw, gray)
        #expect(bytes == [.noise, .unscaled])
    }

    @Test("Gaussian noise is no picture, and the random source is noise")
    func gaussianNoise() throws {
        #expect(try examine(noise(20, [1, 1, 28, 28]) { $0.nextNormal() }, .raw, gray) == [.noise])
        let random = try RandomSource(inputs: [colour], count: 20)
        #expect(try DataCheck.examine(random, recipe: .raw, inputs: [colour]).map(\.kind) == [.noise])
    }

    @Test("Bytes that nobody scaled, resized ones, and flat images of bytes are noticed")
    func unscaled() throws {
        #expect(try examine(TestData.pictures(20), .raw, gray) == [.unscaled])
        let resized = try TestData.pictures(20).map { sample in
            Sample([
                "image": try Tensor(
                    try sample.tensors["image"]?.floats().map { $0 * 0.99 } ?? [], shape: [1, 1, 28, 28])
            ])
        }
        #expect(try examine(resized, .raw, gray) == [.unscaled])
        let flat = TestData.image([nil, 784])
        let rows = try TestData.pictures(20).map {
            Sample(["image": try $0.tensors["image"]?.reshaped(to: Shape([1, 784])) ?? Tensor(scalar: Float(0))])
        }
        #expect(try examine(rows, .raw, flat) == [.unscaled])
        #expect(try examine(rows, normal, flat) == [])
        #expect(try examine(TestData.pictures(20), .raw, gray, hint: FirstLayerHint(scalesPixels: true)) == [])
    }

    @Test("Pictures scaled twice hardly vary")
    func scaledTwice() throws {
        let recipe = PreprocessingRecipe(scale: 255 * 255)
        #expect(try examine(TestData.pictures(20), recipe, gray) == [.scaledTwice])
    }

    /// Pictures as `[1, height, width, channels]`.
    private func pixels(_ count: Int) throws -> [Sample] {
        try TestData.pictures(count, channels: 3, height: 32, width: 40).map { sample in
            Sample(["image": try #require(try sample.tensors["image"]?.transposed([0, 2, 3, 1]))])
        }
    }

    @Test("Channels on the wrong side are noticed by the shape where the model leaves it open")
    func swappedShape() throws {
        let open = TestData.image([nil, nil, nil, nil])
        let scaled = PreprocessingRecipe(scale: 255)
        #expect(try examine(pixels(20), scaled, open) == [.swappedLayout])
        #expect(try examine(pixels(20), scaled, TestData.image([nil, 3, nil, nil])) == [.swappedLayout])
        #expect(try examine(pixels(20), scaled, open, hint: FirstLayerHint(channels: 3)) == [.swappedLayout])
        #expect(try examine(pixels(20), scaled, open, hint: FirstLayerHint(channels: 3, layout: .channelsLast)) == [])
        #expect(try examine(pixels(20), scaled, TestData.image([nil, nil, nil, 3])) == [])
        #expect(try examine(pixels(20), PreprocessingRecipe(scale: 255, layout: .channelsLast), open) == [])
    }

    @Test("Alternating channels under a planar shape, and planes under a pixel shape, are noticed by the values")
    func interleaved() throws {
        let scaled = PreprocessingRecipe(scale: 255)
        let disguised = try pixels(20).map {
            Sample(["image": try #require($0.tensors["image"]).reshaped(to: Shape([1, 3, 32, 40]))])
        }
        #expect(try examine(disguised, scaled, colour) == [.swappedLayout])
        let planes = try TestData.pictures(20, channels: 3, height: 32, width: 40).map {
            Sample(["image": try #require($0.tensors["image"]).reshaped(to: Shape([1, 32, 40, 3]))])
        }
        #expect(try examine(planes, scaled, TestData.image([nil, 32, 40, 3])) == [.swappedLayout])
    }

    @Test("Many channels are no image, whatever the last axis is")
    func features() throws {
        let input = TestData.image([nil, 64, 16, 3])
        #expect(
            try examine(
                noise(20, [1, 64, 16, 3]) { $0.nextNormal() }, .raw, input,
                hint: FirstLayerHint(channels: 64, layout: .channelsFirst)) == [])
        #expect(
            try examine(noise(20, [1, 64, 16, 16]) { $0.nextNormal() }, .raw, TestData.image([nil, 64, 16, 16])) == [])
    }

    @Test("Few samples, equal samples, constant samples and NaN are named")
    func poorSamples() throws {
        #expect(try examine(TestData.pictures(15), normal, gray) == [.tooFewSamples])
        let one = try TestData.pictures(1)
        #expect(try examine([Sample](repeating: one[0], count: 20), normal, gray) == [.identicalSamples])
        let blank = Sample(["image": try Tensor(zeros: Shape([1, 1, 28, 28]), type: .uint8)])
        #expect(try examine(TestData.pictures(20) + [blank], normal, gray) == [.constantSamples])
        #expect(try examine([blank], normal, gray) == [.tooFewSamples, .constantSamples])
        let broken = Sample(["image": try Tensor([Float](repeating: .nan, count: 784), shape: [1, 1, 28, 28])])
        #expect(try examine(TestData.pictures(20) + [broken], .raw, gray).contains(.notFinite))
    }

    @Test("Tables of numbers and token inputs raise no warning")
    func otherInputs() throws {
        #expect(
            try examine(noise(20, [1, 30]) { ($0.nextNormal() * 50).rounded() }, .raw, TestData.image([nil, 30])) == [])
        let tokens = try (0..<20).map { Sample(["image": try Tensor([Int64(1), Int64($0)], shape: [1, 2])]) }
        #expect(try examine(tokens, .raw, TestData.image([nil, 2], type: .int64)) == [])
    }

    @Test("Warnings carry a code, numbers and help")
    func wording() throws {
        let warnings = try DataCheck.examine(
            TestData.pictures(20).map { try PreprocessingRecipe.raw.apply(to: $0, inputs: [gray]) }, inputs: [gray])
        let warning = try #require(warnings.first)
        #expect(warning.kind.code == "B0335")
        #expect(warning.input == "image")
        #expect(warning.message.contains("all are whole numbers from 12 to 227"))
        #expect(warning.help.contains("scale=255"))
        #expect(Set(DataWarning.Kind.allCases.map(\.code)).count == DataWarning.Kind.allCases.count)
    }
}
