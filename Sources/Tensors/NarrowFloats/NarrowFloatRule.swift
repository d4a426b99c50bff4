/// What becomes of reals that a float format of at most 8 bits does not hold.
///
/// Source: ONNX operator specification, Cast-25, attributes `saturate` and `round_mode`.
public struct NarrowFloatRule: Sendable, Hashable {
    /// Whether numbers beyond the largest one, and infinities, become the largest one. Else they become the format's
    /// infinity, or NaN where it has none; formats that have neither saturate always.
    public var saturates: Bool
    /// How E8M0, which has nothing but powers of two, rounds. All other formats round half to even.
    public var powerRounding: PowerRounding

    /// How a number between two powers of two becomes one of them.
    public enum PowerRounding: String, Sendable, Hashable, CaseIterable {
        /// To the larger one.
        case up
        /// To the smaller one.
        case down
        /// To the nearer one, from the middle to the larger one.
        case nearest
    }

    public init(saturates: Bool = true, powerRounding: PowerRounding = .up) {
        self.saturates = saturates
        self.powerRounding = powerRounding
    }

    /// What ONNX does where nothing else is said.
    public static let standard = NarrowFloatRule()
}
