import BitdepthQuantization

/// What a quantization really begins with: model, data and the configuration in effect.
public struct QuantizationSetup: Sendable {
    public var model: Model
    /// `nil` for a plan without data.
    public var data: Data?
    public var configuration: QuantizationConfiguration
    /// `ONNX QDQ`
    public var form: String
    /// The operator set that is written, if it was chosen.
    public var opset: Int?

    public struct Model: Sendable {
        public var path: String
        public var opset: Int?
        public var nodes: Int
        public var nodesAfterPasses: Int
        public var parameters: Int
        public var bytes: Int

        public init(path: String, opset: Int?, nodes: Int, nodesAfterPasses: Int, parameters: Int, bytes: Int) {
            self.path = path
            self.opset = opset
            self.nodes = nodes
            self.nodesAfterPasses = nodesAfterPasses
            self.parameters = parameters
            self.bytes = bytes
        }
    }

    public struct Data: Sendable {
        public var name: String
        public var count: Int
        public var calibrationSamples: Int
        public var checkSamples: Int
        public var checkKind: SampleSplit.Kind
        /// The recipe's canonical spelling.
        public var preprocessing: String
        /// Who said so: `--preprocess`, `the model's metadata`, or nobody.
        public var preprocessingOrigin: String?
        /// Range and mean of each float input over the calibration samples.
        public var ranges: [InputRange]

        public init(
            name: String, count: Int, calibrationSamples: Int, checkSamples: Int, checkKind: SampleSplit.Kind,
            preprocessing: String, preprocessingOrigin: String?, ranges: [InputRange]
        ) {
            self.name = name
            self.count = count
            self.calibrationSamples = calibrationSamples
            self.checkSamples = checkSamples
            self.checkKind = checkKind
            self.preprocessing = preprocessing
            self.preprocessingOrigin = preprocessingOrigin
            self.ranges = ranges
        }
    }

    public struct InputRange: Sendable, Equatable {
        public var input: String
        public var minimum: Double
        public var maximum: Double
        public var mean: Double

        public init(input: String, minimum: Double, maximum: Double, mean: Double) {
            self.input = input
            self.minimum = minimum
            self.maximum = maximum
            self.mean = mean
        }
    }

    public init(model: Model, data: Data?, configuration: QuantizationConfiguration, form: String, opset: Int?) {
        self.model = model
        self.data = data
        self.configuration = configuration
        self.form = form
        self.opset = opset
    }

    public var text: ReportText {
        var text = modelText
        if let data {
            text.field(
                "data", [data.name, "\(data.calibrationSamples) of \(data.count) samples calibrate", data.checkSummary])
            text.field("input", data.inputFacts)
        }
        text.field("weights", [configuration.weights.summary])
        text.field("activations", [configuration.activations.summary, "ranges by \(configuration.calibration)"])
        if !configuration.keepFloat.isEmpty { text.field("keep float", configuration.keepFloat.map(\.description)) }
        if configuration.recurrent != .weights { text.field("recurrent", [configuration.recurrent.rawValue]) }
        text.field(
            "written as",
            [form, opset.map { "opset \($0)" }, "inputs and outputs \(configuration.portType.rawValue)"].compactMap {
                $0
            })
        return text
    }

    /// The line about the model alone.
    public var modelText: ReportText {
        var text = ReportText()
        let fused = model.nodes == model.nodesAfterPasses ? "" : " → \(model.nodesAfterPasses) after fusing"
        text.field(
            "model",
            [ReportText.Piece(model.path, .strong)]
                + [
                    model.opset.map { "ONNX opset \($0)" }, "\(model.nodes) nodes\(fused)",
                    "\(NumberText.count(model.parameters)) parameters", NumberText.bytes(model.bytes),
                ].compactMap { $0.map { ReportText.Piece($0) } })
        return text
    }

    public var json: JSONValue {
        [
            "model": [
                "path": .string(model.path), "opset": .optional(model.opset), "nodes": .integer(model.nodes),
                "nodes_after_passes": .integer(model.nodesAfterPasses), "parameters": .integer(model.parameters),
                "bytes": .integer(model.bytes),
            ],
            "data": data?.json ?? nil,
            "configuration": [
                "notation": .string(configuration.notation), "weights": .string(configuration.weights.summary),
                "activations": .string(configuration.activations.summary),
                "calibration": .string(configuration.calibration.description),
                "keep_float": .strings(configuration.keepFloat.map(\.description)),
                "recurrent": .string(configuration.recurrent.rawValue), "io": .string(configuration.portType.rawValue),
                "form": .string(form), "opset": .optional(opset),
            ],
        ]
    }
}

extension QuantizationSetup.Data {
    var json: JSONValue {
        [
            "name": .string(name), "samples": .integer(count), "calibration_samples": .integer(calibrationSamples),
            "check_samples": .integer(checkSamples), "check_kind": .string(checkKind.rawValue),
            "preprocess": .string(preprocessing), "preprocess_from": .optional(preprocessingOrigin),
            "inputs": .array(
                ranges.map { range in
                    [
                        "name": .string(range.input), "minimum": .number(range.minimum),
                        "maximum": .number(range.maximum),
                        "mean": .number(range.mean),
                    ]
                }),
        ]
    }

    var checkSummary: String {
        switch checkKind {
        case .unused: "\(checkSamples) others check the result"
        case .heldBack: "\(checkSamples) held back to check the result"
        case .calibration: "the same ones check the result"
        }
    }

    /// One fact about the recipe, one about each input's values.
    var inputFacts: [String] {
        let recipe = preprocessingOrigin.map { "\(preprocessing) (from \($0))" } ?? "no preprocessing"
        func number(_ value: Double) -> String { NumberText.significant(value, digits: 3) }
        return [recipe]
            + ranges.map { range in
                let name = ranges.count > 1 ? "\"\(range.input)\" " : ""
                return "\(name)\(number(range.minimum)) … \(number(range.maximum)), mean \(number(range.mean))"
            }
    }
}
