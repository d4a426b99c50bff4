/// An extent that is known, named (`batch`), or unknown.
public enum Dimension: Sendable, Hashable {
    case known(Int)
    case symbol(String)
    case unknown

    public var value: Int? {
        if case .known(let value) = self { value } else { nil }
    }
}

extension Dimension: CustomStringConvertible {
    public var description: String {
        switch self {
        case .known(let value): String(value)
        case .symbol(let name): name
        case .unknown: "?"
        }
    }
}

/// A shape whose rank or extents may be unknown before a program runs.
public struct PartialShape: Sendable, Hashable {
    /// `nil` when not even the rank is known.
    public var dimensions: [Dimension]?

    public init(_ dimensions: [Dimension]?) { self.dimensions = dimensions }
    public init(_ shape: Shape) { dimensions = shape.dimensions.map(Dimension.known) }

    public static let unknown = PartialShape(nil)

    public var rank: Int? { dimensions?.count }

    /// The concrete shape, where every extent is known and the product fits.
    public var shape: Shape? {
        guard let dimensions else { return nil }
        let values = dimensions.compactMap(\.value)
        guard values.count == dimensions.count else { return nil }
        return try? Shape(values)
    }
}

extension PartialShape: CustomStringConvertible {
    public var description: String {
        dimensions.map { "[" + $0.map(\.description).joined(separator: ",") + "]" } ?? "[…]"
    }
}
