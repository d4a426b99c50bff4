import BitdepthTensors

/// Samples as the model gets them: those of another source with a recipe applied.
public struct PreprocessedSource: SampleSource {
    private let base: any SampleSource
    public let recipe: PreprocessingRecipe
    private let inputs: [InputSpecification]

    public init(_ base: any SampleSource, recipe: PreprocessingRecipe, inputs: [InputSpecification]) {
        self.base = base
        self.recipe = recipe
        self.inputs = inputs
    }

    public var count: Int { base.count }
    public var summary: String { base.summary }

    public func sample(at index: Int) throws(BitdepthError) -> Sample {
        try recipe.apply(to: try base.sample(at: index), inputs: inputs)
    }

    public func sampleIfReadable(at index: Int) throws(BitdepthError) -> Sample? {
        guard let sample = try base.sampleIfReadable(at: index) else { return nil }
        return try recipe.apply(to: sample, inputs: inputs)
    }
}

/// Samples that lie in memory.
public struct SampleArray: SampleSource {
    public let samples: [Sample]
    public let summary: String

    public init(_ samples: [Sample], summary: String = "samples") {
        self.samples = samples
        self.summary = summary
    }

    public var count: Int { samples.count }

    public func sample(at index: Int) throws(BitdepthError) -> Sample {
        try checkIndex(index)
        return samples[index]
    }
}
