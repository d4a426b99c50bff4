import ArgumentParser

/// `bitdepth completions zsh`
struct Completions: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "completions", abstract: "A completion script for bash, zsh or fish.")

    enum Shell: String, CaseIterable, ExpressibleByArgument {
        case bash, zsh, fish

        var generator: CompletionShell {
            switch self {
            case .bash: .bash
            case .zsh: .zsh
            case .fish: .fish
            }
        }
    }

    @Argument(help: "The shell.")
    var shell: Shell

    func run() throws {
        let terminal = Terminal(color: .never, environment: [:])
        try terminal.output.writeLine(BitdepthCommand.completionScript(for: shell.generator))
    }
}
