import ArgumentParser

/// Shapes that a model's inputs get where the model leaves them free.
struct ShapeOption: ParsableArguments {
    @Option(
        name: .customLong("shape"), parsing: .singleValue,
        help: ArgumentHelp("Shape of an input, as in input:1x3x224x224; repeatable.", valueName: "input:shape"))
    var shapes: [ShapeArgument] = []
}
