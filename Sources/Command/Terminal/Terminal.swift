import CBitdepthSystem

/// Where results and messages go: results to standard output, everything else to standard error.
struct Terminal: Sendable {
    let output: TextStream
    let errors: TextStream
    /// Whether a line on standard error can be drawn again.
    let redrawsLines: Bool

    /// The terminal, pipes or files that the process was started with.
    init(color: ColorChoice, environment: [String: String]) {
        func stream(_ descriptor: Int32) -> TextStream {
            let isTerminal = bd_is_terminal(descriptor) != 0
            return TextStream(
                descriptor: descriptor, isTerminal: isTerminal,
                usesColor: color.allowsColor(isTerminal: isTerminal, environment: environment))
        }
        output = stream(1)
        errors = stream(2)
        redrawsLines = errors.isTerminal && environment["TERM"] != "dumb"
    }
}
