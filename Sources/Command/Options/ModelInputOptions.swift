import ArgumentParser

/// What a model's inputs get.
struct ModelInputOptions: ParsableArguments {
    @Option(
        name: .customLong("shape"), parsing: .singleValue,
        help: ArgumentHelp("Shape of an input, as in input:1x3x224x224; repeatable.", valueName: "input:shape"))
    var shapes: [ShapeArgument] = []

    @Option(
        name: .customLong("input"), parsing: .singleValue,
        help: ArgumentHelp("File for an input; repeatable.", valueName: "input=path"))
    var inputs: [InputArgument] = []
}
