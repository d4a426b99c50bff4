import ArgumentParser
import BitdepthInspection
import BitdepthOperators
import BitdepthTensors

/// `bitdepth operators Conv`
struct Operators: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "operators",
        abstract: "The operators that models may hold, with their kernels and quantization; or one of them.")

    @Argument(
        help: "An operator, as in Conv or com.microsoft.QLinearAdd.",
        completion: .list(OperatorCatalogue.all.all.map { $0.signature.name.type }))
    var name: String?

    @OptionGroup(title: "Output")
    var output: OutputOptions

    func run() throws {
        let operators = try name.map(Operators.named) ?? OperatorSupport.all
        guard name != nil, output.resultFormat == .table else {
            return try output.show(OperatorSupportTable.table(of: operators), kind: "operators")
        }
        let stream = output.terminal.output
        for operation in operators {
            try stream.writeLine("\(stream.styled(operation.name.type, .bold))  \(operation.domain)")
            for (title, text) in OperatorSupportTable.details(of: operation) {
                let gap = String(repeating: " ", count: max(1, 14 - title.count))
                try stream.writeLine("  " + stream.styled(title, .dim) + gap + text)
            }
        }
    }

    /// - Throws: ``BitdepthError/Code/usage`` with the nearest name.
    static func named(_ word: String) throws(BitdepthError) -> [OperatorSupport] {
        let found = OperatorSupport.named(word)
        guard found.isEmpty else { return found }
        let names = OperatorSupport.all.map(\.name.type)
        throw BitdepthError(
            .usage, "no operator \"\(word)\"\(Suggestion.clause(for: word, among: names))",
            help: ["see `bitdepth operators` for all operators"])
    }
}
