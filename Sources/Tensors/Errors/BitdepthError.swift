/// What went wrong, where, and what the user can do about it.
///
/// The command prints it as `error[B0203]: message`, the place, and one `= help:` line per suggestion.
public struct BitdepthError: Error, Sendable, Equatable {
    /// Which kind of error this is; open, so that new kinds do not break callers.
    public var code: Code
    /// What happened, with what was expected and what was found. One line, no trailing period.
    public var message: String
    public var place: Place
    /// What to do next, most useful first.
    public var help: [String]
    public var notes: [String]

    public init(
        _ code: Code, _ message: String, at place: Place = Place(), help: [String] = [], notes: [String] = []
    ) {
        self.code = code
        self.message = message
        self.place = place
        self.help = help
        self.notes = notes
    }

    /// Where an error was found; every part is optional, inner code fills in what it knows and outer code adds the rest.
    public struct Place: Sendable, Equatable {
        public var file: String?
        /// Byte offset in the file.
        public var offset: UInt64?
        public var node: String?
        public var operatorType: String?
        public var tensor: String?
        public var sample: String?

        public init(
            file: String? = nil, offset: UInt64? = nil, node: String? = nil, operatorType: String? = nil,
            tensor: String? = nil, sample: String? = nil
        ) {
            self.file = file
            self.offset = offset
            self.node = node
            self.operatorType = operatorType
            self.tensor = tensor
            self.sample = sample
        }

        /// This place, completed by the parts of `outer` that it lacks itself.
        public func inside(_ outer: Place) -> Place {
            Place(
                file: file ?? outer.file, offset: offset ?? outer.offset, node: node ?? outer.node,
                operatorType: operatorType ?? outer.operatorType, tensor: tensor ?? outer.tensor,
                sample: sample ?? outer.sample)
        }
    }

    /// The same error, its place completed by what the caller knows.
    public func inside(_ outer: Place) -> BitdepthError {
        var error = self
        error.place = place.inside(outer)
        return error
    }
}

extension BitdepthError: CustomStringConvertible {
    public var description: String { "error[\(code.rawValue)]: \(message)" }
}

/// Runs `body`; an error that it throws is completed with `place`.
@inlinable
public func locating<Result>(
    _ place: @autoclosure () -> BitdepthError.Place, _ body: () throws(BitdepthError) -> Result
) throws(BitdepthError) -> Result {
    do throws(BitdepthError) {
        return try body()
    } catch {
        throw error.inside(place())
    }
}
