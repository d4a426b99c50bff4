/// The name of a value: what a node produces, a graph takes in, or an initializer holds. Unique within a graph.
public struct ValueName: Sendable, Hashable, ExpressibleByStringLiteral, CustomStringConvertible {
    public let text: String
    public init(_ text: String) { self.text = text }
    public init(stringLiteral text: String) { self.text = text }
    public var description: String { text }
}

extension ValueName: Comparable {
    public static func < (left: ValueName, right: ValueName) -> Bool { left.text < right.text }
}
