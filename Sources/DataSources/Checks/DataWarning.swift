/// A sign that calibration data are not what the model will see in use.
public struct DataWarning: Sendable, Hashable {
    public var kind: Kind
    /// The model's input that it is about; `nil` when it is about the samples as a whole.
    public var input: String?
    /// What was found, with numbers. One line, no trailing period.
    public var message: String
    /// What to do about it.
    public var help: String

    /// What is suspected.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        case tooFewSamples = "B0331"
        case identicalSamples = "B0332"
        case constantSamples = "B0333"
        case noise = "B0334"
        case unscaled = "B0335"
        case scaledTwice = "B0336"
        case swappedLayout = "B0337"
        case notFinite = "B0338"
        case unreadableSamples = "B0339"

        /// The code that the command prints and explains.
        public var code: String { rawValue }

        /// What the warning means, for `bitdepth explain`.
        public var summary: String {
            switch self {
            case .tooFewSamples: "Ranges from so few samples miss values that the model will see."
            case .identicalSamples: "All samples are the same, so they count as one."
            case .constantSamples: "Samples whose values are all equal say nothing about ranges."
            case .noise: "Neighbouring pixels are unrelated, as in noise; ranges from noise are wrong for real images."
            case .unscaled: "Pixel values were not scaled as models expect."
            case .scaledTwice: "Values lie so close together that they may have been scaled twice."
            case .swappedLayout: "Channels lie where the model expects rows or columns, or the other way round."
            case .notFinite: "NaN or infinities are among the inputs."
            case .unreadableSamples: "Files that could not be read were left out of the data."
            }
        }
    }
}
