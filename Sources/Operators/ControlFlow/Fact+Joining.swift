import BitdepthGraphs
import BitdepthTensors

extension Fact {
    /// What is known of a value that has either type: extents in which the two differ are unknown, constants too.
    func joined(_ other: Fact) -> Fact {
        var type = self.type
        type.shape = type.shape.joined(other.type.shape)
        let kind = ValueKind(
            isSequence: self.kind.isSequence || other.kind.isSequence,
            isOptional: self.kind.isOptional || other.kind.isOptional)
        guard let mine = constant, let theirs = other.constant, mine == theirs else { return Fact(type, kind: kind) }
        return Fact(type, kind: kind, constant: mine)
    }
}

extension PartialShape {
    /// The shape of which both are cases.
    func joined(_ other: PartialShape) -> PartialShape {
        guard let a = dimensions, let b = other.dimensions, a.count == b.count else { return .unknown }
        return PartialShape(zip(a, b).map { $0 == $1 ? $0 : .unknown })
    }
}
