import CBitdepthKernels
import Testing

/// One instruction set's kernels, as an argument of tests.
struct KernelTable: Sendable, CustomTestStringConvertible {
    let name: String
    let instructionSet: bd_isa
    /// Functions without state, and never written.
    nonisolated(unsafe) let entries: bd_kernels

    /// The table of an instruction set, or nil where it cannot run.
    init?(_ instructionSet: bd_isa) {
        guard let pointer = bd_kernels_for(instructionSet) else { return nil }
        self.instructionSet = instructionSet
        entries = pointer.pointee
        name = String(cString: entries.name)
    }

    var testDescription: String { name }

    /// Every table that this processor can run. The others are named once on the console, so that no run looks as if
    /// it had tested them.
    static let supported: [KernelTable] = (0..<UInt32(BD_ISA_COUNT)).map { bd_isa($0) }.compactMap { isa in
        let table = KernelTable(isa)
        if table == nil { print("Kernels of instruction set \(isa.rawValue) are skipped: not supported here.") }
        return table
    }
}
