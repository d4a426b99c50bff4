import BitdepthTensors

extension [Tensor?] {
    /// The input at a position that must be there.
    func required(_ index: Int, _ name: String) throws(BitdepthError) -> Tensor {
        guard index < count, let tensor = self[index] else {
            throw BitdepthError(.invalidGraph, "input \(index) (\(name)) is missing")
        }
        return tensor
    }

    /// The input at a position, `nil` when it is left out.
    func optional(_ index: Int) -> Tensor? { index < count ? self[index] : nil }
}

extension [Fact?] {
    func required(_ index: Int, _ name: String) throws(BitdepthError) -> Fact {
        guard index < count, let fact = self[index] else {
            throw BitdepthError(.invalidGraph, "input \(index) (\(name)) is missing")
        }
        return fact
    }

    func optional(_ index: Int) -> Fact? { index < count ? self[index] : nil }
}

/// - Throws: ``BitdepthError/Code/typeMismatch`` when operands that must have one type have two.
func requireSameType(_ a: ElementType, _ b: ElementType) throws(BitdepthError) {
    guard a == b else {
        throw BitdepthError(
            .typeMismatch, "operands are of types \(a.shortName) and \(b.shortName); they must be of one type")
    }
}
