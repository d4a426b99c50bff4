import CBitdepthKernels
import Testing

@Suite("Tables of kernels")
struct TableTests {
    @Test("The scalar table runs everywhere")
    func scalar() {
        #expect(bd_isa_supported(BD_ISA_SCALAR))
        #expect(KernelTable(BD_ISA_SCALAR) != nil)
    }

    @Test("A table carries its own instruction set and a name", arguments: KernelTable.supported)
    func identity(table: KernelTable) {
        #expect(table.entries.isa == table.instructionSet)
        #expect(!table.name.isEmpty)
        #expect(bd_isa_supported(table.instructionSet))
    }

    @Test("There is a table of the best instruction set, and none of an unknown one")
    func best() {
        #expect(KernelTable.supported.last?.instructionSet == bd_best_isa())
        #expect(bd_kernels_for(bd_isa(rawValue: UInt32(BD_ISA_COUNT))) == nil)
    }
}
