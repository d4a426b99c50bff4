import ArgumentParser

/// Whether an output file that exists may be replaced.
struct OverwriteOption: ParsableArguments {
    @Flag(name: .shortAndLong, help: "Overwrite the output if it exists.")
    var force = false
}
