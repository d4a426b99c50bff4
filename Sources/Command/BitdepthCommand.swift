import ArgumentParser
import CBitdepthSystem
import FoundationEssentials

/// The program: `bitdepth COMMAND …`.
@main
struct BitdepthCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bitdepth",
        abstract: "Quantizes neural networks and shows what that costs.",
        version: "bitdepth \(Version.current)",
        groupedSubcommands: CommandList.groups)

    static func main() {
        bd_watch_signals()
        let invocation = Invocation(
            arguments: Array(CommandLine.arguments.dropFirst()), environment: ProcessInfo.processInfo.environment)
        exit(withError: ExitCode(invocation.run(BitdepthCommand.self)))
    }
}
