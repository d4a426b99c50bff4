import ArgumentParser
import BitdepthInspection
import BitdepthTensors

/// One run of the command: parses the arguments, runs what they name, and turns every error into text and an exit status.
struct Invocation {
    /// Without the program's name.
    let arguments: [String]
    let environment: [String: String]

    /// - Returns: The exit status (sysexits; 1 where the answer is no).
    func run(_ root: ParsableCommand.Type) -> Int32 {
        let usage = UsageCheck(arguments, root: root)
        do {
            try usage.checkCommand()
            var command = try root.parseAsRoot(arguments)
            try command.run()
            return 0
        } catch {
            return status(of: error, usage, root)
        }
    }

    private func status(of error: any Error, _ usage: UsageCheck, _ root: ParsableCommand.Type) -> Int32 {
        switch error {
        case let error as BitdepthError:
            report(ErrorReport(error: error, showsCode: error.code != .usage))
            return error.code == .cancelled ? Cancellation().exitStatus : error.code.exitStatus
        case let failure as OutputFailure:
            if !failure.isClosedPipe { report(ErrorReport(error: failure.asError)) }
            return OutputFailure.exitStatus
        case let code as ExitCode:
            return code.rawValue
        default:
            return statusOfParserError(error, usage, root)
        }
    }

    private func statusOfParserError(_ error: any Error, _ usage: UsageCheck, _ root: ParsableCommand.Type) -> Int32 {
        switch root.exitCode(for: error) {
        case .success:
            return show(root.fullMessage(for: error))
        case .validationFailure:
            let mistake = usage.error(parserMessage: root.message(for: error))
            report(ErrorReport(error: mistake, showsCode: false))
            return mistake.code.exitStatus
        default:
            let bug = BitdepthError(
                .internal, "an error without a code: \(error)",
                help: ["please report it with the command line and the output of `bitdepth sys`"])
            report(ErrorReport(error: bug))
            return bug.code.exitStatus
        }
    }

    /// Help and versions, which the parser delivers as errors.
    private func show(_ text: String) -> Int32 {
        do throws(OutputFailure) {
            // The parser's "LOOK SUBCOMMANDS:" says the obvious.
            try terminal.output.writeLine(
                text.split(separator: " SUBCOMMANDS:", omittingEmptySubsequences: false).joined(separator: ":"))
            return 0
        } catch {
            return OutputFailure.exitStatus
        }
    }

    private func report(_ report: ErrorReport) {
        let errors = terminal.errors
        let text = requested.isJSON ? report.json.text(indented: false) : report.text { errors.styled($0, $1) }
        // There is nobody left to tell when standard error is gone.
        try? errors.writeLine(text)
    }

    private var requested: RequestedOutput { RequestedOutput(arguments) }
    private var terminal: Terminal { Terminal(color: requested.color, environment: environment) }
}
