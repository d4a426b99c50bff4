import ArgumentParser

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
