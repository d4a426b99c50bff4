/// What a model will see: the samples, the values of each of its inputs, and what looks wrong about them.
public struct DataReport: Sendable {
    /// One input's values, after preprocessing.
    public struct Input: Sendable {
        public var name: String
        public var type: String
        /// What the model asks for.
        public var expected: String
        /// The shapes that its samples have; empty where there are none.
        public var shapes: [String]
        /// Samples that were looked at, and their finite values.
        public var samples: Int
        public var values: Int
        /// NaN and infinities; the other numbers leave them out.
        public var notFinite: Int
        public var zeros: Int
        public var minimum: Double
        public var maximum: Double
        public var mean: Double
        public var deviation: Double

        public init(
            name: String, type: String, expected: String, shapes: [String], samples: Int, values: Int, notFinite: Int,
            zeros: Int, minimum: Double, maximum: Double, mean: Double, deviation: Double
        ) {
            self.name = name
            self.type = type
            self.expected = expected
            self.shapes = shapes
            self.samples = samples
            self.values = values
            self.notFinite = notFinite
            self.zeros = zeros
            self.minimum = minimum
            self.maximum = maximum
            self.mean = mean
            self.deviation = deviation
        }
    }

    /// Something suspicious, as in the command's warnings.
    public struct Warning: Sendable {
        public var code: String
        public var input: String?
        public var message: String
        public var help: String

        public init(code: String, input: String?, message: String, help: String) {
            self.code = code
            self.input = input
            self.message = message
            self.help = help
        }
    }

    /// A file that was left out, and why.
    public struct Skipped: Sendable {
        public var file: String
        public var code: String
        public var reason: String

        public init(file: String, code: String, reason: String) {
            self.file = file
            self.code = code
            self.reason = reason
        }
    }

    public var model: String
    /// What a person calls the data.
    public var name: String
    /// Samples of the data, and those that were looked at.
    public var count: Int
    public var examined: Int
    public var preprocessing: String
    /// Who chose the recipe; `nil` where nobody did.
    public var preprocessingOrigin: String?
    public var inputs: [Input]
    /// Names of the first samples.
    public var firstSamples: [String]
    /// Class numbers of all samples and how many have each, by class; `nil` where there are no labels.
    public var labels: [(label: Int, count: Int)]?
    public var warnings: [Warning]
    public var skipped: [Skipped]

    public init(
        model: String, name: String, count: Int, examined: Int, preprocessing: String, preprocessingOrigin: String?,
        inputs: [Input], firstSamples: [String], labels: [(label: Int, count: Int)]?, warnings: [Warning],
        skipped: [Skipped]
    ) {
        self.model = model
        self.name = name
        self.count = count
        self.examined = examined
        self.preprocessing = preprocessing
        self.preprocessingOrigin = preprocessingOrigin
        self.inputs = inputs
        self.firstSamples = firstSamples
        self.labels = labels
        self.warnings = warnings
        self.skipped = skipped
    }
}
