import BitdepthTensors
import CBitdepthKernels

/// The instruction set that a program's kernels use. Results are bit-identical for each of them.
public enum InstructionSet: String, Sendable, CaseIterable {
    case scalar
    case avx2
    /// AVX2 with `vpdpbusd` on 256-bit registers.
    case avxvnni
    case avx512vnni
    /// AVX512-VNNI with tiles for products of matrices.
    case amx
    /// What every arm64 processor has.
    case neon
    /// NEON with `sdot`.
    case neondot

    /// The fastest one of this machine.
    public static var best: InstructionSet { allCases.first { $0.code == bd_best_isa() } ?? .scalar }

    public var isSupported: Bool { bd_isa_supported(code) }

    var code: bd_isa {
        switch self {
        case .scalar: BD_ISA_SCALAR
        case .avx2: BD_ISA_AVX2
        case .avxvnni: BD_ISA_AVXVNNI
        case .avx512vnni: BD_ISA_AVX512VNNI
        case .amx: BD_ISA_AMX
        case .neon: BD_ISA_NEON
        case .neondot: BD_ISA_NEONDOT
        }
    }

    /// Where kernels have been compared with the scalar ones.
    public enum Evidence: String, Sendable {
        /// On a processor that has the instruction set.
        case hardware
        /// Under an emulator alone (`make kernels`).
        case emulation
    }

    /// Where the kernels of this instruction set have been compared with the scalar ones.
    public var evidence: Evidence {
        switch self {
        case .scalar, .avx2, .avxvnni, .avx512vnni: .hardware
        case .amx, .neon, .neondot: .emulation
        }
    }

    /// - Throws: ``BitdepthError/Code/usage`` for an instruction set that this machine lacks.
    func kernels() throws(BitdepthError) -> KernelTable {
        guard let table = bd_kernels_for(code) else {
            let supported = InstructionSet.allCases.filter(\.isSupported).map(\.rawValue).joined(separator: ", ")
            throw BitdepthError(
                .usage, "this processor does not offer the instruction set \(rawValue)",
                help: ["it offers \(supported)"])
        }
        return KernelTable(table: table)
    }
}

/// The entry points of one instruction set.
struct KernelTable: @unchecked Sendable {
    // Unchecked is sound: the table is a constant of the C library, never written.
    private let table: UnsafePointer<bd_kernels>

    init(table: UnsafePointer<bd_kernels>) { self.table = table }

    /// An entry point that some tables lack.
    func optionalEntry<Function>(_ path: KeyPath<bd_kernels, Function?>) -> Function? { table.pointee[keyPath: path] }

    /// One entry point, which every table must have.
    func entry<Function>(_ path: KeyPath<bd_kernels, Function?>) throws(BitdepthError) -> Function {
        guard let function = optionalEntry(path) else {
            throw BitdepthError(.internal, "the kernel table has no entry for \(path)")
        }
        return function
    }

    /// A way of a sum from codes to codes, proved by all pairs of them; zero where there is none.
    func codeSum(for sum: bd_qbinary) -> bd_code_sum {
        withUnsafeTemporaryAllocation(byteCount: bd_code_sum_scratch_bytes(), alignment: 16) { scratch in
            withUnsafePointer(to: sum) { bd_prove_code_sum(table, $0, scratch.baseAddress) }
        }
    }
}
