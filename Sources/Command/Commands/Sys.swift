import ArgumentParser
import BitdepthInspection
import BitdepthRuntime

/// `bitdepth sys`
struct Sys: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sys", abstract: "Processor, kernels picked, threads, memory, version.")

    @OptionGroup(title: "Output")
    var output: OutputOptions

    func run() throws {
        let machine = Machine.current
        let threads = try ComputeOptions.parse([]).threadCount()
        let best = InstructionSet.best
        let offered = InstructionSet.allCases.filter(\.isSupported)
        let elsewhere = InstructionSet.allCases.filter { !$0.isSupported }
        let emulated = InstructionSet.allCases.filter { $0.evidence == .emulation }
        try output.show("sys", json: json(machine, threads, best, offered)) { stream in
            let others = Sys.names(offered.filter { $0 != best }.reversed())
            let rows = [
                ("processor", machine.processor ?? NumberText.missing),
                ("cores", Sys.cores(machine)),
                ("threads", "\(threads) unless --threads says otherwise"),
                ("kernels", best.rawValue + (others.isEmpty ? "" : ", also \(others)")),
                ("elsewhere", "\(Sys.names(elsewhere)): not on this processor"),
                ("emulated", "\(Sys.names(emulated)): tested under emulation only"),
                ("memory", Sys.memory(machine)),
                ("system", machine.system),
            ]
            return [stream.styled("bitdepth \(Version.current)", .bold)]
                + rows.map { "  " + stream.styled($0.0.padded(to: 10), .dim) + $0.1.printable }
        }
    }

    private func json(_ machine: Machine, _ threads: Int, _ best: InstructionSet, _ offered: [InstructionSet])
        -> JSONValue
    {
        [
            "version": .string(Version.current), "processor": .optional(machine.processor),
            "system": .string(machine.system),
            "physical_cores": .integer(machine.physicalCores),
            "logical_processors": .integer(machine.logicalProcessors),
            "processor_quota": .optional(machine.processorQuota), "threads": .integer(threads),
            "instruction_set": .string(best.rawValue), "instruction_sets": .strings(offered.map(\.rawValue)),
            "kernels": .array(InstructionSet.allCases.map(Sys.json)),
            "memory_bytes": .optional(machine.memory.flatMap { Int(exactly: $0) }),
            "available_memory_bytes": .optional(machine.availableMemory.flatMap { Int(exactly: $0) }),
        ]
    }

    /// One instruction set: whether it runs here, and where its kernels have been tested.
    static func json(_ set: InstructionSet) -> JSONValue {
        [
            "instruction_set": .string(set.rawValue), "runs_here": .bool(set.isSupported),
            "tested_on": .string(set.evidence.rawValue),
        ]
    }

    private static func names(_ sets: [InstructionSet]) -> String {
        sets.map(\.rawValue).joined(separator: ", ")
    }

    private static func cores(_ machine: Machine) -> String {
        let quota = machine.processorQuota.map { ", container allows \(NumberText.significant($0, digits: 2))" } ?? ""
        return "\(machine.physicalCores) physical, \(machine.logicalProcessors) logical\(quota)"
    }

    private static func memory(_ machine: Machine) -> String {
        func size(_ bytes: UInt64) -> String { NumberText.bytes(Int(clamping: bytes)) }
        guard let memory = machine.memory else { return NumberText.missing }
        return size(memory) + (machine.availableMemory.map { ", \(size(min($0, memory))) available" } ?? "")
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(1, width - displayWidth))
    }
}
