import ArgumentParser

/// Whether a model's external data may be links that lead elsewhere.
struct LinkOption: ParsableArguments {
    @Flag(help: "Follow symbolic links to external data.")
    var allowLinks = false
}
