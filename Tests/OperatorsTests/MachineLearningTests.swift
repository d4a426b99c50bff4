import BitdepthGraphs
import BitdepthTensors
import Testing

@testable import BitdepthOperators

@Suite("Features and linear models") struct MachineLearningTests {
    private func node(_ type: String, _ attributes: [(String, Attribute)] = [], outputs: Int = 1) -> OneNode {
        OneNode(.machineLearning(type), attributes, outputs: outputs)
    }

    @Test("Labels are found by integer, by float with NaN among them, and fall back to the default")
    func labels() throws {
        let integers = node(
            "LabelEncoder",
            [
                ("keys_int64s", .ints([3, 1, 3])), ("values_floats", .floats([0.5, 2, 7])),
                ("default_float", .float(-1)),
            ])
        #expect(try integers(try .ints([1, 3, 9])).floats() == [2, 7, -1])
        let floats = node("LabelEncoder", [("keys_floats", .floats([.nan, 0.5])), ("values_int64s", .ints([8, 4]))])
        #expect(try floats(try .floats([0.5, .nan, 2])).integers() == [4, 8, -1])
        let tensors = node(
            "LabelEncoder",
            [
                ("keys_tensor", .tensor(try .ints([5, 6], nil, .int16))),
                ("values_tensor", .tensor(try .ints([50, 60], nil, .int16))),
                ("default_tensor", .tensor(try .ints([7], nil, .int16))),
            ])
        #expect(try tensors(try .ints([6, 4], nil, .int16)) == Tensor.ints([60, 7], nil, .int16))
    }

    @Test(
        "Text is refused as not supported, by the attribute's name",
        arguments: [
            ("LabelEncoder", "keys_strings"), ("LabelEncoder", "values_strings"), ("LabelEncoder", "classes_strings"),
            ("OneHotEncoder", "cats_strings"), ("LinearClassifier", "classlabels_strings"),
            ("TreeEnsembleClassifier", "classlabels_strings"), ("SVMClassifier", "classlabels_strings"),
        ])
    func text(_ type: String, _ attribute: String) throws {
        let node = node(type, [(attribute, .strings([Array("cat".utf8)]))])
        let error = #expect(throws: BitdepthError.self) { try node(try .floats([1])) }
        #expect(error?.code == .unsupportedOperator)
        #expect(error?.message.contains("\"\(attribute)\"") == true)
    }

    @Test("Normalizer divides by the largest element, the sum of magnitudes or the length, and leaves rows of zeros")
    func normalizer() throws {
        let x = try Tensor.floats([3, -4, 0, 0], [2, 2])
        func normalized(_ norm: String) throws -> [Float] {
            try node("Normalizer", [("norm", .text(norm))])(x).floats()
        }
        #expect(try normalized("MAX") == [1, -4 / 3, 0, 0])
        #expect(try normalized("L1") == [3 / 7, -4 / 7, 0, 0])
        #expect(try normalized("L2") == [0.6, -0.8, 0, 0])
    }

    @Test("Scaler takes the offset off first and gives FP32 of integers")
    func scaler() throws {
        let scaler = node("Scaler", [("offset", .floats([1, 10])), ("scale", .floats([2]))])
        #expect(try scaler(try .ints([2, 12, 0, 9], [2, 2])) == Tensor.floats([2, 4, -2, -2], [2, 2]))
    }

    @Test("Imputer replaces NaN by NaN's name, and integers by theirs, feature by feature")
    func imputer() throws {
        let floats = node(
            "Imputer", [("replaced_value_float", .float(.nan)), ("imputed_value_floats", .floats([7, 8]))])
        #expect(try floats(try .floats([.nan, 1, 2, .nan], [2, 2])).floats() == [7, 1, 2, 8])
        let integers = node("Imputer", [("replaced_value_int64", .int(2)), ("imputed_value_int64s", .ints([9]))])
        #expect(try integers(try .ints([2, 1, 2])).integers() == [9, 1, 9])
    }

    @Test("Columns are picked, put side by side, thresholded and made one-hot")
    func columns() throws {
        let x = try Tensor.floats([1, 2, 3, 4, 5, 6], [2, 3])
        let picked = try node("ArrayFeatureExtractor")(x, try .ints([2, 0]))
        #expect(try picked == Tensor.floats([3, 1, 6, 4], [2, 2]))
        #expect(try node("ArrayFeatureExtractor")(try .floats([7, 8]), try .ints([1])).shape.dimensions == [1, 1])
        let joined = node("FeatureVectorizer", [("inputdimensions", .ints([2, 2]))])
        #expect(
            try joined(x, try .ints([9, 8], [2, 1])) == Tensor.floats([1, 2, 9, 0, 4, 5, 8, 0], [2, 4]))
        #expect(try node("Binarizer", [("threshold", .float(3))])(x).floats() == [0, 0, 0, 1, 1, 1])
        let oneHot = node("OneHotEncoder", [("cats_int64s", .ints([5, 1]))])
        #expect(try oneHot(try .floats([1.5, 5, 3])) == Tensor.floats([0, 1, 1, 0, 0, 0], [3, 2]))
        let strict = node("OneHotEncoder", [("cats_int64s", .ints([5])), ("zeros", .int(0))])
        #expect(throws: BitdepthError.self) { try strict(try .ints([4])) }
    }

    @Test("A linear classifier takes the first of the largest scores before it transforms them")
    func linearClassifier() throws {
        let classifier = node(
            "LinearClassifier",
            [
                ("coefficients", .floats([1, 0, 0, 1, 1, 0])), ("intercepts", .floats([0, 0, 0])),
                ("classlabels_ints", .ints([40, 50, 60])), ("post_transform", .text("SOFTMAX")),
            ], outputs: 2)
        let results = try classifier.evaluate([try .floats([2, 1, 0, 3], [2, 2])])
        #expect(try results[0].integers() == [40, 50])
        // e/(2e + 1) and 1/(2e + 1), computed by hand.
        let scores = try results[1].floats()
        #expect(abs(scores[0] - 0.42231879) < 1e-6 && abs(scores[1] - 0.15536240) < 1e-6 && scores[0] == scores[2])
    }

    @Test("One score for two labels gives the first label its complement")
    func oneScore() throws {
        var attributes: [(String, Attribute)] = [
            ("coefficients", .floats([1])), ("intercepts", .floats([0])), ("classlabels_ints", .ints([3, 4])),
        ]
        let x = try Tensor.floats([0.25, -0.5], [2, 1])
        let plain = try node("LinearClassifier", attributes, outputs: 2).evaluate([x])
        #expect(try plain[0].integers() == [4, 3])
        #expect(try plain[1].floats() == [0.75, 0.25, 1.5, -0.5])
        attributes.append(("post_transform", .text("LOGISTIC")))
        let logistic = try node("LinearClassifier", attributes, outputs: 2).evaluate([x])[1].floats()
        #expect(abs(logistic[0] + logistic[1] - 1) < 1e-6 && abs(logistic[1] - 0.5621765) < 1e-6)
    }

    @Test("A zero stays zero under SOFTMAX_ZERO, and PROBIT has one half at zero")
    func transforms() {
        #expect(PostTransform.softmaxZero.apply([0, 2, 2]) == [0, 0.5, 0.5])
        #expect(PostTransform.softmaxZero.apply([0, 0]) == [0, 0])
        let probits = PostTransform.probit.apply([0.5, 0.975])
        // The normal distribution's quantile at 0.975 is 1.95996; the approximation is good to three digits.
        #expect(abs(probits[0]) < 1e-9 && abs(probits[1] - 1.95996) < 2e-3)
    }

    @Test("A one-class machine gives the sign; a regressor the weighed similarities")
    func svmRegressor() throws {
        var attributes: [(String, Attribute)] = [
            ("kernel_type", .text("LINEAR")), ("kernel_params", .floats([0, 0, 0])), ("n_supports", .int(2)),
            ("support_vectors", .floats([1, 0, 0, 1])), ("coefficients", .floats([2, -1])), ("rho", .floats([0.5])),
        ]
        let x = try Tensor.floats([1, 4, 3, 1], [2, 2])
        #expect(try node("SVMRegressor", attributes)(x).floats() == [-1.5, 5.5])
        attributes.append(("one_class", .int(1)))
        #expect(try node("SVMRegressor", attributes)(x) == Tensor.floats([-1, 1], [2, 1]))
    }
}
