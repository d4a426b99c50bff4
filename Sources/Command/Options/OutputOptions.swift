import ArgumentParser
import BitdepthInspection
import FoundationEssentials

/// How results and messages are shown. Every command has these.
struct OutputOptions: ParsableArguments {
    @Option(help: "Form of the results on standard output.")
    var format: TableFormat?

    @Flag(help: "Short for --format json.")
    var json = false

    @Flag(name: .shortAndLong, help: "Say more on standard error; twice for all.")
    var verbose: Int

    @Flag(name: .shortAndLong, help: "Say nothing but errors.")
    var quiet = false

    @Option(help: "Progress: a bar on a terminal, a line every 10 s elsewhere.")
    var progress = ProgressMode.automatic

    @Option(help: "Colour; NO_COLOR and CLICOLOR_FORCE are heeded.")
    var color = ColorChoice.automatic

    func validate() throws {
        if json, let format, format != .json { throw ValidationError("--json contradicts --format \(format.rawValue)") }
        if quiet, verbose > 0 { throw ValidationError("-q contradicts -v") }
    }

    var resultFormat: TableFormat { format ?? (json ? .json : .table) }

    var terminal: Terminal { Terminal(color: color, environment: ProcessInfo.processInfo.environment) }

    var messages: Messages {
        let level: Messages.Verbosity = quiet ? .quiet : verbose > 1 ? .veryVerbose : verbose > 0 ? .verbose : .normal
        return Messages(terminal: terminal, verbosity: level, progressMode: progress)
    }

    /// Writes a table to standard output in the form that was asked for.
    ///
    /// - Parameter kind: Names the JSON schema: "bench" for `bitdepth.bench/1`.
    func show(_ table: TextTable, kind: String) throws(OutputFailure) {
        let output = terminal.output
        guard resultFormat == .table else { return try output.writeLine(table.text(as: resultFormat, kind: kind)) }
        let lines = table.lines(width: output.width)
        let header = lines.prefix(1).map { output.styled($0, .bold) }
        try output.writeLine((header + lines.dropFirst()).joined(separator: "\n"))
    }

    /// Writes a result that is more than a table: `json` for the JSON formats, the lines of `text` for people.
    ///
    /// - Throws: A usage error for `csv` and `md` where there is no table to be written so.
    func show(_ kind: String, json: @autoclosure () -> JSONValue, text: (TextStream) -> [String]) throws {
        let output = terminal.output
        switch resultFormat {
        case .json: try output.writeLine(JSONValue.document(kind, json()).text())
        case .jsonl: try output.writeLine(JSONValue.document(kind, json()).text(indented: false))
        case .table: try output.writeLine(text(output).joined(separator: "\n"))
        case .csv, .markdown:
            throw ValidationError("--format \(resultFormat.rawValue) needs a table, and this result is none")
        }
    }
}
