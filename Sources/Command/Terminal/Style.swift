/// How a piece of text stands out where colour is allowed. Meaning never rests on it alone.
enum Style: String, Sendable {
    case bold = "1"
    case dim = "2"
    case error = "1;31"
    case success = "1;32"
    case warning = "1;33"
    case arrow = "1;34"
    case help = "36"

    /// The text between the codes that switch the style on and off (ECMA-48, SGR).
    func painted(_ text: String) -> String { text.isEmpty ? text : "\u{1B}[\(rawValue)m\(text)\u{1B}[0m" }
}
