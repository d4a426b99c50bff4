/// What a file says about a part of a model beyond its mathematics: kept from import to export.
public struct Annotations: Sendable, Equatable {
    public var documentation: String
    /// Keys and values, in the order of the file.
    public var metadata: [Entry]
    /// Fields of the file format that Bitdepth does not know, encoded as they came.
    public var unknownFields: [UInt8]

    public struct Entry: Sendable, Equatable {
        public var key: String
        public var value: String
        public init(key: String, value: String) {
            self.key = key
            self.value = value
        }
    }

    public init(documentation: String = "", metadata: [Entry] = [], unknownFields: [UInt8] = []) {
        self.documentation = documentation
        self.metadata = metadata
        self.unknownFields = unknownFields
    }

    /// The value of a metadata key; setting `nil` removes it.
    public subscript(key: String) -> String? {
        get { metadata.first { $0.key == key }?.value }
        set {
            metadata.removeAll { $0.key == key }
            if let newValue { metadata.append(Entry(key: key, value: newValue)) }
        }
    }
}
