import ArgumentParser
import BitdepthInspection
import BitdepthTensors

/// Finds mistyped commands and options and says what may have been meant.
struct UsageCheck {
    /// Without the program's name.
    let arguments: [String]
    /// The commands that the arguments name, the root first.
    private let path: [ParsableCommand.Type]
    /// What stands where a command is expected and is none.
    private let unknownCommand: String?

    init(_ arguments: [String], root: ParsableCommand.Type) {
        self.arguments = arguments
        var path = [root]
        var unknown: String?
        for word in arguments {
            let candidates = path.last?.configuration.subcommands ?? []
            if candidates.isEmpty || word.hasPrefix("-") { break }
            if word == "help", path.count == 1 { continue }
            guard let next = candidates.first(where: { $0.names.contains(word) }) else {
                unknown = word
                break
            }
            path.append(next)
        }
        self.path = path
        unknownCommand = unknown
    }

    /// - Throws: ``BitdepthError/Code/usage`` when a command does not exist.
    func checkCommand() throws(BitdepthError) {
        guard let word = unknownCommand else { return }
        let commands = path.last?.configuration.subcommands.filter { $0.configuration.shouldDisplay } ?? []
        let candidates = commands.flatMap { $0.names }
        throw BitdepthError(
            .usage, "no command \"\(word)\"\(Suggestion.clause(for: word, among: candidates))",
            help: Suggestion.nearest(to: word, among: candidates) == nil
                ? ["see `\(name) --help` for all commands"] : [])
    }

    /// The error for arguments that were not understood.
    ///
    /// - Parameter message: What the parser says, used where nothing better is known.
    func error(parserMessage message: String) -> BitdepthError {
        let help = ["see `\(name) --help`"]
        guard let option = unknownOption else {
            return BitdepthError(.usage, message.prefix(1).lowercased() + message.dropFirst(), help: help)
        }
        if path.count == 1 {
            return BitdepthError(
                .usage, "no option \"\(option)\" before the command",
                help: ["options follow the command: bitdepth COMMAND \(option)"])
        }
        return BitdepthError(
            .usage, "no option \"\(option)\"\(Suggestion.clause(for: option, among: options))", help: help)
    }

    private var name: String { path.map { $0._commandName }.joined(separator: " ") }

    private var unknownOption: String? {
        let known = Set(options)
        return arguments.prefix { $0 != "--" }.lazy
            .filter { $0.hasPrefix("--") }
            .map { $0.split(separator: "=", maxSplits: 1).first.map(String.init) ?? $0 }
            .first { !known.contains($0) }
    }

    /// The long options of the command, read from its help: the parser does not list them.
    private var options: [String] {
        guard let root = path.first, let command = path.last else { return [] }
        let help = root.helpMessage(for: command, includeHidden: true, columns: 1000)
        return help.split(separator: "\n").filter { $0.hasPrefix("  -") }.flatMap { line in
            let label = line.drop { $0 == " " }.split(separator: "  ", maxSplits: 1).first ?? ""
            return label.split { " ,/<>[]".contains($0) }.filter { $0.hasPrefix("--") }.map(String.init)
        }
    }
}

extension ParsableCommand {
    fileprivate static var names: [String] { [_commandName] + configuration.aliases }
}
