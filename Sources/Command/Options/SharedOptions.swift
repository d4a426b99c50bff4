import ArgumentParser
import BitdepthRuntime
import BitdepthTensors

/// The options of every command that runs a model and writes a file.
struct SharedOptions: ParsableArguments {
    @OptionGroup(title: "Inputs")
    var model: ModelInputOptions

    @OptionGroup(title: "Computation")
    var compute: ComputeOptions

    @OptionGroup(title: "Output")
    var overwrite: OverwriteOption

    @OptionGroup(title: "Output")
    var output: OutputOptions
}
