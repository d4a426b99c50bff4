import ArgumentParser
import BitdepthInspection
import BitdepthTensors

/// `bitdepth explain B0203`
struct Explain: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain", abstract: "What an error or warning code means (B0203); all of them without one.")

    @Argument(
        help: "The code, as it stands in brackets behind \"error\".",
        completion: .list(BitdepthError.Code.all.map(\.rawValue)))
    var code: String?

    @OptionGroup(title: "Output")
    var output: OutputOptions

    func run() throws {
        guard let word = code else { return try output.show(Explain.table(of: BitdepthError.Code.all), kind: "codes") }
        guard let code = BitdepthError.Code.all.first(where: { $0.rawValue.lowercased() == word.lowercased() }) else {
            let names = BitdepthError.Code.all.map(\.rawValue)
            throw BitdepthError(
                .usage, "no code \"\(word)\"\(Suggestion.clause(for: word, among: names))",
                help: ["see `bitdepth explain` for all codes"])
        }
        guard output.resultFormat == .table else { return try output.show(Explain.table(of: [code]), kind: "codes") }
        let stream = output.terminal.output
        try stream.writeLine("\(stream.styled(code.rawValue, .bold))  \(code.summary)")
        try stream.writeLine(
            "       The command ends with exit status \(code.exitStatus): \(ExitStatus.meaning(of: code.exitStatus)).")
    }

    static func table(of codes: [BitdepthError.Code]) -> TextTable {
        var table = TextTable([
            .init("code"), .init("exit", key: "exit_status", .right), .init("meaning", isShrinkable: true),
        ])
        for code in codes { table.append([.text(code.rawValue), .integer(Int(code.exitStatus)), .text(code.summary)]) }
        return table
    }
}
