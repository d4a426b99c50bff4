extension BitdepthError {
    /// A stable name of an error (`B0203`), its exit status, and a sentence that says what it means.
    public struct Code: Sendable, Hashable {
        public let rawValue: String
        /// sysexits: 1 the answer is no, 64 usage, 65 malformed, 66 not found, 69 unsupported, 70 our bug, 71 memory, 73/74 cannot write.
        public let exitStatus: Int32
        public let summary: String

        public init(_ rawValue: String, exitStatus: Int32, _ summary: String) {
            self.rawValue = rawValue
            self.exitStatus = exitStatus
            self.summary = summary
        }

        public static func == (left: Code, right: Code) -> Bool { left.rawValue == right.rawValue }
        public func hash(into hasher: inout Hasher) { hasher.combine(rawValue) }
    }
}

extension BitdepthError.Code {
    // 00xx: how the program was called.
    public static let usage = Self("B0001", exitStatus: 64, "An argument is unknown, missing or out of range.")
    public static let `internal` = Self("B0070", exitStatus: 70, "A bug in Bitdepth.")
    public static let outOfMemory = Self("B0071", exitStatus: 71, "Memory for a tensor or a program could not be had.")
    public static let cancelled = Self("B0130", exitStatus: 130, "The work was interrupted.")

    // 01xx: files.
    public static let fileNotFound = Self("B0101", exitStatus: 66, "A file does not exist or cannot be read.")
    public static let fileExists = Self("B0102", exitStatus: 73, "The output exists and --force was not given.")
    public static let cannotCreate = Self("B0103", exitStatus: 73, "The output cannot be created.")
    public static let inputOutput = Self("B0104", exitStatus: 74, "Reading or writing failed midway.")
    public static let malformedFile = Self("B0105", exitStatus: 65, "A file's bytes do not follow its format.")
    public static let truncatedFile = Self("B0106", exitStatus: 65, "A file ends before what it announces.")
    public static let limitExceeded = Self("B0107", exitStatus: 65, "A file claims more than the limits allow.")
    public static let externalData = Self(
        "B0108", exitStatus: 65, "External data lies outside the model's folder or is not as announced.")
    public static let unsupportedFormat = Self(
        "B0109", exitStatus: 69, "A file's format or a feature of it is not supported.")

    // 02xx: graphs and operators.
    public static let invalidGraph = Self("B0201", exitStatus: 65, "A graph is not well formed.")
    public static let cycle = Self("B0202", exitStatus: 65, "Nodes depend on each other in a circle.")
    public static let unsupportedOperator = Self("B0203", exitStatus: 69, "An operator is not supported.")
    public static let invalidAttribute = Self(
        "B0204", exitStatus: 65, "An operator's attribute has a value that it must not have.")
    public static let typeMismatch = Self("B0205", exitStatus: 65, "An element type is not the one that is needed.")
    public static let shapeMismatch = Self("B0206", exitStatus: 65, "Shapes do not fit together.")
    public static let unknownShape = Self(
        "B0207", exitStatus: 69, "A shape that is needed is not known before running.")
    public static let valueOutOfRange = Self(
        "B0208", exitStatus: 65, "A number is outside of what the operation allows.")
    public static let unsupportedOpset = Self(
        "B0209", exitStatus: 69, "A model's operator set version is not supported.")

    // 03xx: data and calibration.
    public static let badData = Self(
        "B0301", exitStatus: 65, "Samples do not have the shape or type that the model needs.")
    public static let noSamples = Self("B0302", exitStatus: 65, "There is no sample to work on.")
    public static let notANumber = Self("B0303", exitStatus: 65, "NaN, or an infinity in an input, was found.")
    public static let nothingObserved = Self("B0304", exitStatus: 65, "A tensor has no statistics.")
    public static let badPreprocessing = Self("B0305", exitStatus: 64, "A preprocessing recipe cannot be understood.")

    // 04xx: quantization.
    public static let nothingQuantized = Self("B0401", exitStatus: 1, "No node could be quantized.")
    public static let collapsed = Self(
        "B0402", exitStatus: 1, "The quantized model's answers differ too much from the float model's.")
    public static let gateFailed = Self("B0403", exitStatus: 1, "A condition given by --fail-if holds.")
    public static let badScheme = Self("B0404", exitStatus: 64, "A scheme or a rule cannot be understood.")

    // 05xx: measuring.
    public static let missingPeer = Self(
        "B0501", exitStatus: 69, "An engine to be compared with is missing, or cannot run the model.")
}

extension BitdepthError.Code {
    /// Every code, for `bitdepth explain` and the documentation.
    public static let all: [Self] = [
        usage, `internal`, outOfMemory, cancelled, fileNotFound, fileExists, cannotCreate, inputOutput, malformedFile,
        truncatedFile, limitExceeded, externalData, unsupportedFormat, invalidGraph, cycle, unsupportedOperator,
        invalidAttribute, typeMismatch, shapeMismatch, unknownShape, valueOutOfRange, unsupportedOpset, badData,
        noSamples, notANumber, nothingObserved, badPreprocessing, nothingQuantized, collapsed, gateFailed, badScheme,
        missingPeer,
    ]
}
