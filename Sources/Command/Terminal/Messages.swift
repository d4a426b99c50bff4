import BitdepthInspection

/// What the command says besides its results, on standard error: as much as the user wants to hear.
struct Messages: Sendable {
    let terminal: Terminal
    let verbosity: Verbosity
    let progressMode: ProgressMode

    enum Verbosity: Int, Sendable, Comparable {
        case quiet, normal, verbose, veryVerbose

        static func < (left: Verbosity, right: Verbosity) -> Bool { left.rawValue < right.rawValue }
    }

    /// What was done: `bitdepth: wrote a.onnx`. Part of a normal run.
    func state(_ text: String) { write("bitdepth: \(text.printable)", from: .normal) }

    /// Details for those who ask (`-v`, `-vv`).
    func note(_ text: String, from level: Verbosity = .verbose) {
        write(terminal.errors.styled("note: ", .dim) + text.printable, from: level)
    }

    /// Something that the user should mend: `warning[B0412]: …`, with what to do.
    func warn(_ text: String, code: String? = nil, help: [String] = []) {
        let title = "warning" + (code.map { "[\($0)]" } ?? "")
        let lines =
            [terminal.errors.styled(title, .warning) + ": " + text.printable]
            + help.map { "   = help: \($0.printable)" }
        write(lines.joined(separator: "\n"), from: .normal)
    }

    /// Shows how far some work has come, in the way that suits the terminal and the flags.
    ///
    /// - Parameters:
    ///   - stage: What is being done, lower case: "calibrating".
    ///   - total: How many steps there are, if that is known.
    ///   - unit: What a step is, for the rate: "img" shows as "41.0 img/s".
    func progress(_ stage: String, total: Int?, unit: String = "") -> Progress {
        Progress(
            ProgressText(stage: stage, total: total, unit: unit), as: verbosity == .quiet ? .none : progressMode,
            on: terminal)
    }

    private func write(_ text: String, from level: Verbosity) {
        guard verbosity >= level else { return }
        // A progress bar may stand in the current line; it is drawn again below.
        let clear = terminal.redrawsLines ? "\r\u{1B}[K" : ""
        // There is nobody left to tell when standard error is gone.
        try? terminal.errors.write(clear + text + "\n")
    }
}
