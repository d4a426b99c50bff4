import BitdepthCalibration
import BitdepthTensors

/// How the ranges of activations are chosen.
public enum RangeChoice: Sendable, Hashable {
    /// One method for all values, from statistics alone.
    case method(CalibrationMethod)
    /// For each value the method whose range gives the best SQNR at the output of its consumers: a second pass over at most
    /// 64 samples.
    case auto

    /// Reads `auto`, or a method as ``CalibrationMethod`` spells it.
    public init(parsing text: String) throws(BitdepthError) {
        self = text == "auto" ? .auto : .method(try CalibrationMethod(parsing: text))
    }

    /// The methods whose ranges are candidates for each value.
    public var methods: [CalibrationMethod] {
        switch self {
        case .method(let method): [method]
        case .auto: RangeChoice.candidates
        }
    }

    /// What `auto` chooses from.
    public static let candidates: [CalibrationMethod] = [
        .minmax, .percentile(99.999), .percentile(99.99), .mse, .entropy,
    ]
}

extension RangeChoice: CustomStringConvertible {
    public var description: String {
        switch self {
        case .method(let method): method.description
        case .auto: "auto"
        }
    }
}
