import Bitdepth

extension [ShapeArgument] {
    /// The inputs with the shapes that `--shape` gives some of them.
    ///
    /// - Throws: ``BitdepthError/Code/usage`` for a name that no input has, or a shape that contradicts the model's.
    func applied(to inputs: [InputSpecification]) throws(BitdepthError) -> [InputSpecification] {
        var inputs = inputs
        for argument in self {
            let names = inputs.map(\.name)
            let name = argument.input ?? (names.count == 1 ? names[0] : "")
            guard let index = names.firstIndex(of: name) else {
                throw BitdepthError(
                    .usage,
                    argument.input == nil
                        ? "--shape must name one of the \(names.count) inputs"
                        : "--shape names no input \"\(name)\"\(Suggestion.clause(for: name, among: names))",
                    help: ["the model's inputs are \(names.joined(separator: ", "))"])
            }
            let given = PartialShape(argument.dimensions.map(Dimension.known))
            guard inputs[index].shape.admits(given) else {
                throw BitdepthError(
                    .usage, "--shape gives \(given) for input \(inputs[index]), which that does not allow")
            }
            inputs[index].shape = given
        }
        return inputs
    }
}

extension PartialShape {
    /// Whether a value of shape `other` may stand where this one is declared: unknown and named extents admit any.
    func admits(_ other: PartialShape) -> Bool {
        guard let own = dimensions, let others = other.dimensions else { return true }
        return own.count == others.count
            && zip(own, others).allSatisfy { mine, theirs in
                guard let mine = mine.value, let theirs = theirs.value else { return true }
                return mine == theirs
            }
    }
}
