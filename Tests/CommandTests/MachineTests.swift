import Bitdepth
import BitdepthTensors
import Testing

@testable import BitdepthCommand

@Suite("The machine and interruption")
struct MachineTests {
    @Test(
        "Control groups state a quota or none",
        arguments: [
            ("200000 100000", 2.0), ("50000 100000", 0.5), ("max 100000", nil), ("-1 100000", nil), ("", nil),
            ("1 0", nil),
            ("a b", nil),
        ])
    func quota(line: String, processors: Double?) { #expect(KernelFile.quota(of: line) == processors) }

    @Test("Available memory is read in kibibytes")
    func memory() {
        #expect(KernelFile.availableMemory(in: "MemTotal: 9 kB\nMemAvailable:    5 kB\n") == 5120)
        #expect(KernelFile.availableMemory(in: "MemTotal: 9 kB") == nil)
        #expect(KernelFile.availableMemory(in: "MemAvailable: \(UInt64.max) kB") == nil)
    }

    @Test(
        "Threads follow physical cores and the container's quota",
        arguments: [(8, nil, 8), (8, 2.0, 2), (8, 1.5, 2), (8, 0.1, 1), (2, 64.0, 2)])
    func threads(cores: Int, quota: Double?, threads: Int) {
        let machine = Machine(system: "", logicalProcessors: 2 * cores, physicalCores: cores, processorQuota: quota)
        #expect(machine.defaultThreads == threads)
    }

    @Test("This machine has a core, memory and a name")
    func current() {
        let machine = Machine.current
        #expect(machine.physicalCores >= 1 && machine.physicalCores <= machine.logicalProcessors)
        #expect(!machine.system.isEmpty)
        #expect((machine.memory ?? 1) > 0)
    }

    @Test("sys says of each instruction set whether it runs here, and where its kernels were tested")
    func instructionSets() {
        #expect(
            Sys.json(.scalar) == [
                "instruction_set": .string("scalar"), "runs_here": .bool(true), "tested_on": .string("hardware"),
            ])
        for set in InstructionSet.allCases {
            let isEmulated = [InstructionSet.amx, .neon, .neondot].contains(set)
            #expect(
                Sys.json(set) == [
                    "instruction_set": .string(set.rawValue), "runs_here": .bool(set.isSupported),
                    "tested_on": .string(isEmulated ? "emulation" : "hardware"),
                ])
        }
    }

    @Test("Work stops with the shell's number for the signal", arguments: [(2, 130), (15, 143)] as [(Int32, Int32)])
    func cancellation(signal: Int32, status: Int32) {
        let cancellation = Cancellation { signal }
        #expect(cancellation.exitStatus == status)
        #expect(throws: BitdepthError.self) { try cancellation.check() }
        #expect(throws: Never.self) { try Cancellation { 0 }.check() }
    }

    @Test("Schemes are found whatever their case, and a near name is suggested")
    func schemes() throws {
        #expect(try NamedScheme.named("INT8").name == "int8")
        #expect(Set(NamedScheme.all.map(\.name)).count == NamedScheme.all.count)
        do throws(BitdepthError) {
            _ = try NamedScheme.named("in8")
            Issue.record("a scheme of that name exists")
        } catch {
            #expect(error.message == "no scheme \"in8\"; did you mean \"int8\"?")
            #expect(error.code == .badScheme)
        }
    }
}
