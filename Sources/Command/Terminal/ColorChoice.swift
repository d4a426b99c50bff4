/// What the user says about colour (`--color`).
enum ColorChoice: String, Sendable, CaseIterable {
    case automatic = "auto"
    case always, never

    /// Whether one stream gets colour. The first of these that says something decides: the flag, `NO_COLOR`,
    /// `CLICOLOR_FORCE` or `FORCE_COLOR`, `TERM=dumb`, whether the stream is a terminal.
    ///
    /// - Source: no-color.org (any non-empty value), bixense.com/clicolors ("0" does not force).
    func allowsColor(isTerminal: Bool, environment: [String: String]) -> Bool {
        switch self {
        case .always: return true
        case .never: return false
        case .automatic: break
        }
        func says(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        if says("NO_COLOR") != nil { return false }
        if let value = says("CLICOLOR_FORCE") ?? says("FORCE_COLOR"), value != "0" { return true }
        if environment["TERM"] == "dumb" { return false }
        return isTerminal
    }
}
