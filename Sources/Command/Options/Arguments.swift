import ArgumentParser
import BitdepthInspection
import BitdepthRuntime

extension TableFormat: ExpressibleByArgument {}
extension ColorChoice: ExpressibleByArgument {}
extension ProgressMode: ExpressibleByArgument {}

/// The value of `--isa`: `auto` or an instruction set.
struct InstructionSetChoice: ExpressibleByArgument {
    /// Nil for the best that this machine offers.
    var instructionSet: InstructionSet?

    init(_ instructionSet: InstructionSet?) { self.instructionSet = instructionSet }

    init?(argument: String) {
        let named = InstructionSet(rawValue: argument)
        guard named != nil || argument == "auto" else { return nil }
        self.init(named)
    }

    var defaultValueDescription: String { instructionSet?.rawValue ?? "auto" }
    static var allValueStrings: [String] { ["auto"] + InstructionSet.allCases.map(\.rawValue) }
}

/// The value of `--shape`: `input:1x3x224x224`, or only `1x3x224x224` for a model with one input.
struct ShapeArgument: ExpressibleByArgument, Equatable {
    var input: String?
    var dimensions: [Int]

    init?(argument: String) {
        // Names may contain colons ("input:0"), dimensions never do.
        let colon = argument.lastIndex(of: ":")
        let shape = colon.map { argument[argument.index(after: $0)...] } ?? argument[...]
        let parts = shape.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
        dimensions = parts.compactMap { $0 }
        input = colon.map { String(argument[..<$0]) }
        guard dimensions.count == parts.count, dimensions.allSatisfy({ $0 >= 0 }), input != "" else { return nil }
    }
}

/// The value of `--input`: `name=path`, or only `path` for a model with one input.
struct InputArgument: ExpressibleByArgument, Equatable {
    var input: String?
    var path: String

    init?(argument: String) {
        let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        input = parts.count == 2 ? parts[0] : nil
        path = parts[parts.count - 1]
        guard input != "", !path.isEmpty else { return nil }
    }
}
