import BitdepthTensors
import Testing

@testable import BitdepthDataSources

@Suite("Preprocessing recipes")
struct PreprocessingTests {
    @Test(
        "Recipes are read and have one spelling",
        arguments: [
            ("scale=255,mean=0.2860,std=0.3530", "scale=255,mean=0.286,std=0.353"),
            ("imagenet", "resize=256:224,crop=input,scale=255,mean=0.485:0.456:0.406,std=0.229:0.224:0.225"),
            ("inception", "resize=input,crop=0.875,scale=255,mean=0.5,std=0.5"),
            ("raw", "raw"), ("raw,scale=2", "scale=2"),
            (" std=1+2+4 , scale=1e+2, mean=-1e-3:1e+1+2", "scale=100,mean=-0.001:10:2,std=1:2:4"),
            (
                "imagenet,layout=nhwc,dtype=float16",
                "resize=256:224,crop=input,scale=255,mean=0.485:0.456:0.406,std=0.229:0.224:0.225,layout=nhwc,dtype=float16"
            ),
        ])
    func spelling(text: String, canonical: String) throws {
        let recipe = try PreprocessingRecipe(parsing: text)
        #expect(recipe.description == canonical)
        #expect(try PreprocessingRecipe(parsing: canonical) == recipe)
    }

    @Test(
        "What cannot be understood is named, with what may have been meant",
        arguments: [
            ("sacle=255", "scale"), ("imagnet", "imagenet"), ("scale=255,layout=nwhc", "nhwc"),
            ("dtype=flaot32", "float32"),
            ("scale=0", nil), ("scale=-1", nil), ("scale=nan", nil), ("std=0:1", nil), ("mean=", nil),
            ("mean=1::2", nil), ("mean=x", nil), ("", nil),
            ("scale=1,scale=2", nil), ("scale=2,imagenet", nil), ("mean=inf", nil), ("scale=1,", nil),
            ("std=1e-45", nil),
        ] as [(String, String?)])
    func errors(text: String, meant: String?) {
        let error = #expect(throws: BitdepthError.self) { try PreprocessingRecipe(parsing: text) }
        #expect(error?.code == .badPreprocessing)
        if let meant { #expect(error?.help.first == "did you mean \"\(meant)\"?") }
    }

    @Test("Bytes become (x / scale - mean) / std, each step rounded once to FP32")
    func arithmetic() throws {
        let recipe = try PreprocessingRecipe(parsing: "scale=255,mean=0.2860,std=0.3530")
        let bytes = (0..<256).map { UInt8($0) }
        let result = try recipe.apply(
            to: try Tensor(bytes, shape: [1, 1, 16, 16]), input: TestData.image([nil, 1, 16, 16]))
        #expect(result.type == .float32)
        for (byte, value) in zip(bytes, try result.floats()) {
            let scaled = Float(Double(byte) / 255)
            let centred = Float(Double(scaled) - Double(Float(0.2860)))
            #expect(value == Float(Double(centred) / Double(Float(0.3530))))
        }
    }

    @Test("Lists go along the channels: axis 1, or the last one of a channels-last model")
    func channels() throws {
        let recipe = PreprocessingRecipe(mean: [1, 2, 3], std: [1, 2, 4])
        let planes = try Tensor([1, 3, 2, 6, 3, 11] as [Float], shape: [1, 3, 1, 2])
        #expect(try recipe.apply(to: planes, input: TestData.image([nil, 3, 1, 2])).floats() == [0, 2, 0, 2, 0, 2])
        let pixels = try Tensor([1, 2, 3, 3, 6, 11] as [Float], shape: [1, 1, 2, 3])
        #expect(
            try recipe.apply(to: pixels, input: TestData.image([nil, nil, nil, 3])).floats() == [0, 0, 0, 2, 2, 2])
        let error = #expect(throws: BitdepthError.self) {
            try recipe.apply(
                to: try Tensor([1] as [Float], shape: [1, 1, 1, 1]), input: TestData.image([nil, 1, 1, 1]))
        }
        #expect(error?.code == .badPreprocessing)
        #expect(error?.message.contains("3 numbers, but the input has 1") == true)
    }

    @Test("layout=nhwc turns pixels into planes, and back for a model that wants pixels")
    func layout() throws {
        let pixels = try Tensor((0..<24).map { UInt8($0) }, shape: [1, 2, 4, 3])
        let planes = try PreprocessingRecipe(layout: .channelsLast).apply(
            to: pixels, input: TestData.image([nil, 3, 2, 4]))
        #expect(planes.shape.dimensions == [1, 3, 2, 4])
        #expect(try planes.floats().prefix(3) == [0, 3, 6])
        let back = try PreprocessingRecipe(layout: .channelsFirst).apply(
            to: planes, input: TestData.image([nil, nil, nil, 3]))
        #expect(try back.floats() == pixels.floats())
        #expect(
            try PreprocessingRecipe(layout: .channelsLast).apply(to: pixels, input: TestData.image([nil, nil, nil, 3]))
                .shape == pixels.shape)
    }

    @Test("Without a recipe the element type alone changes; dtype rounds on the way")
    func types() throws {
        let doubles = try Tensor([0.1, 70000], shape: [1, 2])
        #expect(
            try PreprocessingRecipe.raw.apply(to: doubles, input: TestData.image([nil, 2])).floats() == [0.1, 70000])
        let half = try PreprocessingRecipe(type: .float16).apply(to: doubles, input: TestData.image([nil, 2])).floats()
        // numpy.float16(0.1)
        #expect(half[0] == 0.0999755859375 && half[1].isInfinite)
        #expect(
            try PreprocessingRecipe.raw.apply(to: doubles, input: TestData.image([nil, 2], type: .float16)).type
                == .float16)
    }

    @Test("Integer inputs are converted exactly and not scaled")
    func integers() throws {
        let tokens = TestData.image([nil, 2], type: .int64)
        let recipe = try PreprocessingRecipe(parsing: "imagenet")
        #expect(
            try recipe.apply(to: try Tensor([5, 6] as [Int32], shape: [1, 2]), input: tokens)
                == Tensor([5, 6] as [Int64], shape: [1, 2]))
        #expect(
            try recipe.apply(to: try Tensor([5, 6] as [Float], shape: [1, 2]), input: tokens)
                == Tensor([5, 6] as [Int64], shape: [1, 2]))
        for bad in [try Tensor([0.5, 1] as [Float], shape: [1, 2]), try Tensor([Float.nan, 1], shape: [1, 2])] {
            let error = #expect(throws: BitdepthError.self) { try recipe.apply(to: bad, input: tokens) }
            #expect(error?.code == .badData)
        }
        #expect(throws: BitdepthError.self) {
            try recipe.apply(
                to: try Tensor([300, 1] as [Int32], shape: [1, 2]), input: TestData.image([nil, 2], type: .uint8))
        }
    }
}
