/// What the command's exit statuses mean: those of sysexits, 1 for "the answer is no", and shells' numbers for signals.
enum ExitStatus {
    static let meanings: [(status: Int32, meaning: String)] = [
        (0, "done"),
        (1, "the answer is no: a gate failed or nothing could be quantized"),
        (64, "bad arguments or a bad recipe"),
        (65, "a model or data file is malformed, or data contains NaN"),
        (66, "an input was not found or cannot be read"),
        (69, "an operator, format or type is not supported"),
        (70, "a bug in bitdepth"),
        (71, "out of memory"),
        (73, "the output cannot be created"),
        (74, "reading or writing failed"),
        (130, "interrupted by Ctrl-C"),
        (143, "ended by SIGTERM"),
    ]

    static func meaning(of status: Int32) -> String {
        meanings.first { $0.status == status }?.meaning ?? "not documented"
    }
}
