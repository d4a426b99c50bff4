import BitdepthTensors

/// Writing to standard output or standard error failed.
struct OutputFailure: Error, Equatable {
    var errorNumber: Int32

    static let interrupted = 4
    private static let brokenPipe: Int32 = 32
    static let exitStatus: Int32 = 74

    /// The reader has enough (`| head`): nothing to complain about.
    var isClosedPipe: Bool { errorNumber == OutputFailure.brokenPipe }

    var asError: BitdepthError {
        BitdepthError(
            .inputOutput, "results cannot be written to standard output (error \(errorNumber))",
            help: ["check the space left on the disk that output is redirected to"])
    }
}
