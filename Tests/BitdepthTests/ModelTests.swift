import Bitdepth
import Testing

@Suite("The library as a user sees it") struct ModelTests {
    @Test("Five lines read, quantize, write and run a model")
    func fiveLines() async throws {
        let model = try BundledModels.model("mixed-net")
        let images = try BundledModels.mixedImages(for: model)
        let samples = try (0..<16).map { try images.sample(at: $0) }
        let quantized = try await model.quantized(.int8, calibratedOn: samples)
        let folder = try TemporaryFolder()
        try quantized.write(to: folder.file("q.onnx"))
        let batch = try #require(samples[0].tensors["image"])
        let found = try quantized.compiled().makeSession().run(["image": batch])["probabilities"]
        #expect(try #require(found).shape.dimensions == [1, 10])
        #expect(
            try Model(contentsOf: folder.file("q.onnx")).compiled().makeSession().run(["image": batch])["probabilities"]
                == found)
        #expect(!model.isQuantized && quantized.isQuantized)
    }

    @Test("A cancelled task stops quantizing")
    func cancellation() async throws {
        let model = try BundledModels.model("mixed-net")
        let images = try BundledModels.mixedImages(for: model)
        let many = Subset(of: images, indices: (0..<20_000).map { $0 % 48 })
        let task = Task { try await model.quantized(.int8, calibratedOn: many) }
        try await Task.sleep(for: .milliseconds(50))
        task.cancel()
        let result = await task.result
        let error = #expect(throws: BitdepthError.self) { try result.get() }
        #expect(error?.code == .cancelled)
    }

    @Test(
        "Errors of a file carry its path",
        arguments: ["unknown-operator", "cycle", "duplicate-names", "enormous-shape", "external-outside"])
    func hostile(name: String) {
        let path = BundledModels.fixture("hostile/\(name).onnx")
        let error = #expect(throws: BitdepthError.self) {
            let model = try Model(contentsOf: path)
            _ = try Quantizer(.int8).plan(for: model.contents)
            _ = try model.compiled().makeSession().run(["x": Tensor([1] as [Float])])
        }
        #expect(error.map { [65, 69].contains($0.code.exitStatus) } == true)
    }

    @Test("A missing model, an existing output and an unknown input are errors with their code")
    func errors() throws {
        #expect(
            (#expect(throws: BitdepthError.self) { try Model(contentsOf: "/nowhere/model.onnx") })?.code
                == .fileNotFound)
        let model = try BundledModels.model("mixed-net")
        let folder = try TemporaryFolder()
        try model.write(to: folder.file("m.onnx"))
        #expect(
            (#expect(throws: BitdepthError.self) { try model.write(to: folder.file("m.onnx")) })?.code == .fileExists)
        let session = try model.compiled().makeSession()
        let missing = #expect(throws: BitdepthError.self) { try session.run(["picture": Tensor([1] as [Float])]) }
        #expect(missing?.code == .badData)
        #expect(missing?.help.first?.contains("image") == true)
    }

    @Test("A recipe in the model's metadata is read back")
    func recipe() throws {
        var model = try BundledModels.model("mixed-net")
        #expect(try model.preprocessing() == nil)
        model.contents.annotations[PreprocessingRecipe.metadataKey] = "scale=255"
        #expect(try model.preprocessing() == PreprocessingRecipe(scale: 255))
    }
}
