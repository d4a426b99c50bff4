import ArgumentParser

/// All commands, in the order and under the headings of `bitdepth --help`. A new command is one file in Commands/ and one
/// entry here.
enum CommandList {
    static let groups = [
        CommandGroup(name: "Look", subcommands: [Inspect.self, DataCommand.self, Operators.self, Sys.self]),
        CommandGroup(name: "Make", subcommands: [Quantize.self, Convert.self]),
        CommandGroup(name: "Measure", subcommands: [Run.self, Eval.self, Compare.self, Bench.self]),
        CommandGroup(name: "Meta", subcommands: [Schemes.self, Explain.self, Completions.self]),
    ]
}
