import BitdepthTensors

/// How recordings become samples of a model: the rate, and the windows that they are cut into.
public struct AudioRecipe: Sendable, Hashable {
    /// Frames a second that the model takes; `nil` for the files' own, which then must all be the same.
    public var rate: Int?
    /// Frames of one sample; `nil` for as many as the model's input has, or the whole file where it takes any number.
    public var window: Int?
    /// Frames from one window's beginning to that of the next; `nil` for windows that follow each other.
    public var hop: Int?

    public init(rate: Int? = nil, window: Int? = nil, hop: Int? = nil) {
        self.rate = rate
        self.window = window
        self.hop = hop
    }

    /// Frames that a window may have.
    static let windows = 1...(1 << 26)
}

extension AudioRecipe {
    static let keys = ["rate", "window", "hop"]

    /// Sets the part that `key`, one of ``keys``, names.
    ///
    /// - Returns: What was expected, where `value` is not that.
    mutating func set(_ key: String, to value: String) -> String? {
        let allowed = key == "rate" ? WaveFormat.rates : AudioRecipe.windows
        guard let number = Int(value), allowed.contains(number) else {
            return
                "a whole number of \(key == "rate" ? "Hz" : "frames"), \(allowed.lowerBound) ... \(allowed.upperBound)"
        }
        switch key {
        case "rate": rate = number
        case "window": window = number
        default: hop = number
        }
        return nil
    }

    /// The parts of a recipe's canonical spelling, in order; none for a recipe that says nothing.
    var spelling: [String] {
        zip(AudioRecipe.keys, [rate, window, hop]).compactMap { key, value in value.map { "\(key)=\($0)" } }
    }
}
