/// A JSON document in memory. Members keep the order in which they were given, so that output is stable and readable.
public indirect enum JSONValue: Sendable, Equatable {
    case null
    case bool(Bool)
    case integer(Int)
    /// Not a number and infinities, which JSON lacks, are written as null.
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([Member])

    public struct Member: Sendable, Equatable {
        public var name: String
        public var value: JSONValue

        public init(_ name: String, _ value: JSONValue) {
            self.name = name
            self.value = value
        }
    }

    /// An object that says first what it is: `"schema": "bitdepth.compare/1"`.
    public static func document(_ kind: String, version: Int = 1, _ members: JSONValue) -> JSONValue {
        guard case .object(let members) = members else { return document(kind, version: version, ["value": members]) }
        return .object([Member("schema", .string("bitdepth.\(kind)/\(version)"))] + members)
    }

    /// The value, or null where there is none.
    public static func optional(_ text: String?) -> JSONValue { text.map(JSONValue.string) ?? .null }
    public static func optional(_ count: Int?) -> JSONValue { count.map(JSONValue.integer) ?? .null }
    public static func optional(_ number: Double?) -> JSONValue { number.map(JSONValue.number) ?? .null }

    public static func strings(_ texts: [String]) -> JSONValue { .array(texts.map(JSONValue.string)) }
}

extension JSONValue: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByStringLiteral, ExpressibleByStringInterpolation, ExpressibleByArrayLiteral,
    ExpressibleByDictionaryLiteral
{
    public init(nilLiteral: ()) { self = .null }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(integerLiteral value: Int) { self = .integer(value) }
    public init(floatLiteral value: Double) { self = .number(value) }
    public init(stringLiteral value: String) { self = .string(value) }
    public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    public init(dictionaryLiteral elements: (String, JSONValue)...) { self = .object(elements.map { Member($0, $1) }) }
}
