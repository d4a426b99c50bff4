import ArgumentParser
import BitdepthRuntime
import BitdepthTensors
import FoundationEssentials

/// With what a model is run. Results never depend on these, except on the seed.
struct ComputeOptions: ParsableArguments {
    @Option(name: [.customShort("j"), .long], help: "Threads (default: physical cores, or BITDEPTH_THREADS).")
    var threads: Int?

    @Option(help: "Instruction set of the kernels; results are the same with each.")
    var isa = InstructionSetChoice(nil)

    @Option(help: "Seed of everything random.")
    var seed: UInt64 = 0

    func validate() throws {
        if let threads, !ComputeOptions.allowedThreads.contains(threads) {
            throw ValidationError(
                "--threads must be between 1 and \(ComputeOptions.allowedThreads.upperBound), not \(threads)")
        }
    }

    /// - Throws: ``BitdepthError/Code/usage`` for a value of BITDEPTH_THREADS that is no number of threads.
    func threadCount() throws(BitdepthError) -> Int {
        if let threads { return threads }
        guard let text = ProcessInfo.processInfo.environment["BITDEPTH_THREADS"], !text.isEmpty else {
            return Machine.current.defaultThreads
        }
        guard let count = Int(text), ComputeOptions.allowedThreads.contains(count) else {
            throw BitdepthError(
                .usage,
                "BITDEPTH_THREADS is \"\(text)\", not a number between 1 and \(ComputeOptions.allowedThreads.upperBound)"
            )
        }
        return count
    }

    /// - Throws: ``BitdepthError/Code/usage`` for an instruction set that this machine lacks.
    func instructionSet() throws(BitdepthError) -> InstructionSet {
        guard let named = isa.instructionSet else { return .best }
        guard named.isSupported else {
            let offered = InstructionSet.allCases.filter(\.isSupported).map(\.rawValue).joined(separator: ", ")
            throw BitdepthError(
                .usage, "this processor does not offer the instruction set \(named.rawValue)",
                help: ["it offers \(offered)"])
        }
        return named
    }

    private static let allowedThreads = 1...1024
}
