import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

/// Names for extents of which nothing is known, so that two values that share one can be told.
enum ExtentName {
    /// No name that a file gives begins so.
    private static let prefix = "\u{0}"

    /// The extent of one axis of a value that has no other name.
    static func own(_ value: ValueName, axis: Int) -> Dimension { .symbol("\(prefix)\(value) \(axis)") }

    /// The fact outside of the body whose value it is about: there, no name of an iteration means anything.
    static func withoutOwn(_ fact: Fact) -> Fact {
        guard let dimensions = fact.dimensions else { return fact }
        var fact = fact
        fact.type.shape = PartialShape(
            dimensions.map { extent in
                if case .symbol(let name) = extent, name.hasPrefix(prefix) { .unknown } else { extent }
            })
        return fact
    }
}
