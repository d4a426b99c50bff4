/// How progress is shown (`--progress`).
enum ProgressMode: String, Sendable, CaseIterable {
    /// A bar on a terminal, plain lines elsewhere.
    case automatic = "auto"
    case plain, json, none

    /// What is really drawn.
    enum Drawing: Sendable {
        case bar, lines, records, nothing

        /// The shortest time between two of them.
        var interval: Duration {
            switch self {
            case .bar: .milliseconds(100)
            case .lines: .seconds(10)
            case .records: .seconds(1)
            case .nothing: .seconds(3600)
            }
        }
    }

    func drawing(redrawsLines: Bool) -> Drawing {
        switch self {
        case .automatic: redrawsLines ? .bar : .lines
        case .plain: .lines
        case .json: .records
        case .none: .nothing
        }
    }
}
