import Testing

@testable import BitdepthRuntime

@Suite("The machine's limit")
struct MachineLimitTests {
    @Test("is a rate above zero for each instruction set that this machine has")
    func rates() throws {
        for instructionSet in InstructionSet.allCases where instructionSet.isSupported {
            let limit = try MachineLimit.measured(instructionSet, seconds: 0.002)
            #expect(limit.integer > 1e6 && limit.float > 1e6 && limit.integer.isFinite && limit.float.isFinite)
        }
    }
}
