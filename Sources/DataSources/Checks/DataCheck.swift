import BitdepthTensors

/// Looks at samples as the model will get them, and says what does not look like data.
///
/// One pass, constant memory. The numbers are of the preprocessed values; thresholds stand in ``Thresholds``.
public struct DataCheck: Sendable {
    /// What counts as suspicious.
    public struct Thresholds: Sendable {
        public var fewestSamples = 16
        /// Part of constant samples above which they are worth a warning.
        public var constantPart = 0.01
        /// Pictures have correlations of neighbours of 0.5 ... 0.99, noise of zero.
        public var noiseCorrelation = 0.1
        /// Normalized inputs stay within about ±10.
        public var largestScaled: Float = 32
        /// Standard deviation under which pixels seem to be divided by 255 twice.
        public var smallestDeviation = 0.02
        /// How much less alike elements at the wrong distance are than those at the right one.
        public var interleaving = 1.5
        /// Inputs with fewer elements are no images and no audio; little is to be said about their values.
        public var fewestElements = 64

        public init() {}
    }

    private var states: [InputCheck]
    private let thresholds: Thresholds
    private var samples = 0
    private var firstHash: ContentHash?
    private var areAllSame = true

    /// - Parameter hints: By input name; what the model's first layers tell.
    public init(
        inputs: [InputSpecification], hints: [String: FirstLayerHint] = [:], thresholds: Thresholds = Thresholds()
    ) {
        states = inputs.map { InputCheck(specification: $0, hint: hints[$0.name] ?? FirstLayerHint()) }
        self.thresholds = thresholds
    }

    /// What is suspicious about `samples`, which are preprocessed.
    public static func examine(
        _ samples: [Sample], inputs: [InputSpecification], hints: [String: FirstLayerHint] = [:]
    ) throws(BitdepthError) -> [DataWarning] {
        var check = DataCheck(inputs: inputs, hints: hints)
        for sample in samples { try check.observe(sample) }
        return check.warnings
    }

    /// What is suspicious about the samples of `source` once `recipe` is applied.
    public static func examine(
        _ source: any SampleSource, recipe: PreprocessingRecipe, inputs: [InputSpecification],
        hints: [String: FirstLayerHint] = [:]
    ) throws(BitdepthError) -> [DataWarning] {
        var check = DataCheck(inputs: inputs, hints: hints)
        for index in 0..<source.count {
            guard let sample = try source.sampleIfReadable(at: index) else { continue }
            try check.observe(try recipe.apply(to: sample, inputs: inputs))
        }
        return check.warnings
    }

    /// Takes one preprocessed sample into account.
    public mutating func observe(_ sample: Sample) throws(BitdepthError) {
        samples += 1
        let hash = try ContentHash(of: sample)
        if let firstHash { areAllSame = areAllSame && hash == firstHash } else { firstHash = hash }
        for index in states.indices where states[index].specification.type.isFloatingPoint {
            guard let tensor = sample.tensors[states[index].specification.name] else { continue }
            states[index].observe(try tensor.floats(), tensor.shape)
        }
    }

    /// Range, mean and spread of a float input's values so far.
    public func statistics(of input: String) -> ValueStatistics? {
        states.first { $0.specification.name == input && $0.specification.type.isFloatingPoint }?.values
    }

    /// What is suspicious about the samples so far, in a fixed order.
    public var warnings: [DataWarning] {
        var warnings: [DataWarning] = []
        if samples < thresholds.fewestSamples { warnings.append(.tooFew(samples, thresholds.fewestSamples)) }
        if samples > 1, areAllSame { warnings.append(.identical(samples)) }
        for state in states { warnings += state.warnings(thresholds) }
        return warnings
    }
}
