import ArgumentParser
import BitdepthInspection

/// `bitdepth schemes`
struct Schemes: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schemes", abstract: "The quantization schemes by name, with their size against float.")

    @OptionGroup(title: "Output")
    var output: OutputOptions

    func run() throws { try output.show(Schemes.table(of: NamedScheme.all), kind: "schemes") }

    static func table(of schemes: [NamedScheme]) -> TextTable {
        var table = TextTable([
            .init("scheme"), .init("weights", isShrinkable: true), .init("activations", isShrinkable: true),
            .init("size", key: "weight_size", .right),
            .init("purpose", isShrinkable: true),
        ])
        for scheme in schemes {
            table.append([
                .text(scheme.name), .text(scheme.weights.summary), .text(scheme.activations.summary),
                .percent(Double(scheme.weights.bits) / Double(Float.bitWidth)), .text(scheme.purpose),
            ])
        }
        return table
    }
}

extension Float {
    fileprivate static let bitWidth = 32
}
