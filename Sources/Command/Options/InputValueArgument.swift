import ArgumentParser
import Bitdepth

/// The value of `--input-value`: `name=number`, for an input that the data do not give.
struct InputValueArgument: ExpressibleByArgument, Equatable {
    var input: String
    var value: Double

    init?(argument: String) {
        // Names may contain equal signs, numbers never do.
        guard let sign = argument.lastIndex(of: "="), sign > argument.startIndex,
            let value = Double(argument[argument.index(after: sign)...]), value.isFinite
        else { return nil }
        input = String(argument[..<sign])
        self.value = value
    }
}

extension [InputValueArgument] {
    /// The numbers by input.
    ///
    /// - Throws: ``BitdepthError/Code/usage`` for a name that no input has.
    func numbers(for inputs: [InputSpecification]) throws(BitdepthError) -> [String: Double] {
        let names = inputs.map(\.name)
        var numbers: [String: Double] = [:]
        for argument in self {
            guard names.contains(argument.input) else {
                throw BitdepthError(
                    .usage,
                    "--input-value names no input \"\(argument.input)\"\(Suggestion.clause(for: argument.input, among: names))",
                    help: ["the model's inputs are \(names.joined(separator: ", "))"])
            }
            numbers[argument.input] = argument.value
        }
        return numbers
    }
}
