import ArgumentParser
import BitdepthTensors
import Testing

@testable import BitdepthCommand

@Suite("Mistakes on the command line")
struct UsageTests {
    struct Tool: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "tool",
            groupedSubcommands: [CommandGroup(name: "Make", subcommands: [Quantize.self, Stats.self])])
    }

    struct Quantize: ParsableCommand {
        static let configuration = CommandConfiguration(commandName: "quantize", aliases: ["q"])
        @Argument var model: String
        @Option(help: "Not --samplers.") var samples = 1
        @OptionGroup var shape: ShapeOption
        @Option(name: .customLong("input"), parsing: .singleValue) var inputs: [InputArgument] = []
        @OptionGroup var compute: ComputeOptions
        @OptionGroup var output: OutputOptions
    }

    struct Stats: ParsableCommand {
        static let configuration = CommandConfiguration(commandName: "stats", subcommands: [Merge.self])
    }

    struct Merge: ParsableCommand {
        static let configuration = CommandConfiguration(commandName: "merge")
        @Argument var files: [String] = []
    }

    private func commandError(_ line: String) -> String? {
        do throws(BitdepthError) {
            try UsageCheck(line.split(separator: " ").map(String.init), root: Tool.self).checkCommand()
            return nil
        } catch {
            return error.code == .usage ? error.message : nil
        }
    }

    @Test(
        "A mistyped command gets a suggestion, also below another command and after help",
        arguments: [
            ("quantise m.onnx", "no command \"quantise\"; did you mean \"quantize\"?"),
            ("frobnicate", "no command \"frobnicate\""),
            ("stats mrege a b", "no command \"mrege\"; did you mean \"merge\"?"),
            ("help quantise", "no command \"quantise\"; did you mean \"quantize\"?"),
            ("quantize m.onnx", nil), ("q m.onnx", nil), ("stats merge mrege", nil), ("--version", nil), ("help", nil),
            ("", nil),
            ("help quantize", nil), ("stats --help", nil),
        ])
    func commands(line: String, message: String?) {
        #expect(commandError(line) == message)
    }

    private func optionError(_ line: String) throws -> String {
        let arguments = line.split(separator: " ").map(String.init)
        do {
            _ = try Tool.parseAsRoot(arguments)
            return "understood"
        } catch {
            return UsageCheck(arguments, root: Tool.self).error(parserMessage: Tool.message(for: error)).message
        }
    }

    @Test(
        "A mistyped option gets a suggestion among the options of its command",
        arguments: [
            ("quantize m --smaples 3", "no option \"--smaples\"; did you mean \"--samples\"?"),
            ("quantize m --smaples=3", "no option \"--smaples\"; did you mean \"--samples\"?"),
            ("quantize m --thraeds 3", "no option \"--thraeds\"; did you mean \"--threads\"?"),
            ("quantize m --samplers 3", "no option \"--samplers\"; did you mean \"--samples\"?"),
            ("quantize m --frobnicate", "no option \"--frobnicate\""),
            ("--json quantize m", "no option \"--json\" before the command"),
            ("quantize", "missing expected argument '<model>'"),
            ("quantize m n", "unexpected argument 'n'"),
            ("quantize m --samples", "missing value for '--samples <samples>'"),
            ("quantize m --threads 0", "--threads must be between 1 and 1024, not 0"),
            ("quantize m --json --format csv", "--json contradicts --format csv"),
            ("quantize m --samples 2 -j 2 --isa auto -vv", "understood"),
        ])
    func options(line: String, message: String) throws {
        #expect(try optionError(line) == message)
    }

    @Test("Repeatable options collect their values and leave arguments alone")
    func repeatable() throws {
        let line = "quantize --shape a:1x3 --shape b:0:2 --input x=p --input=q m.onnx".split(separator: " ").map(
            String.init)
        let command = try #require(try Tool.parseAsRoot(line) as? Quantize)
        #expect(command.model == "m.onnx")
        #expect(command.shape.shapes.map(\.input) == ["a", "b:0"])
        #expect(command.shape.shapes.map(\.dimensions) == [[1, 3], [2]])
        #expect(command.inputs.map(\.path) == ["p", "q"])
        #expect(command.inputs.map(\.input) == ["x", nil])
    }

    @Test(
        "Shapes that are none are refused",
        arguments: ["", "a:", "1x", "x", ":1", "1x-3", "1 x2", "99999999999999999999"])
    func badShapes(text: String) { #expect(ShapeArgument(argument: text) == nil) }

    @Test(
        "Raw arguments tell how errors are shown",
        arguments: [
            ("sys --json", true, ColorChoice.automatic), ("sys --format=jsonl --color never", true, .never),
            ("sys --format md --color=always", false, .always), ("run -- --json", false, .automatic),
            ("sys --color", false, .automatic),
        ])
    func requestedOutput(line: String, isJSON: Bool, color: ColorChoice) {
        let requested = RequestedOutput(line.split(separator: " ").map(String.init))
        #expect(requested.isJSON == isJSON)
        #expect(requested.color == color)
    }
}
