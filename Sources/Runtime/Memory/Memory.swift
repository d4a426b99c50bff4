import BitdepthTensors
import CBitdepthKernels

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// A block of aligned memory that is freed with its last reference: a session's arena, or a program's constants.
final class AlignedMemory: @unchecked Sendable {
    // Unchecked is sound: an arena belongs to one session, which is not shared; constants are written only while the
    // program is compiled.
    let base: UnsafeMutableRawPointer
    let count: Int

    /// Zeroed memory, every page touched, with room behind it that kernels may read.
    init(count: Int) throws(BitdepthError) {
        var memory: UnsafeMutableRawPointer?
        // Systems that overcommit would hand out more than they have, and kill the process when it is touched.
        guard count >= 0, count <= AlignedMemory.physicalBytes,
            posix_memalign(&memory, Int(BD_ALIGNMENT), count + Int(BD_GUARD)) == 0, let memory
        else {
            throw BitdepthError(.outOfMemory, "\(count) bytes for a program's memory could not be allocated")
        }
        memset(memory, 0, count + Int(BD_GUARD))
        base = memory
        self.count = count
    }

    deinit { free(base) }

    /// The machine's memory.
    private static let physicalBytes = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
}

/// Where a step finds bytes: at an offset of the session's arena or of the program's constants.
struct Location: Sendable, Hashable {
    enum Region: Sendable { case arena, constants }
    var region: Region
    var offset: Int

    func advanced(by bytes: Int) -> Location { Location(region: region, offset: offset + bytes) }
}

/// The memory that a step works on.
struct Frame {
    let arena: UnsafeMutableRawPointer
    let constants: UnsafeMutableRawPointer

    @inline(__always)
    func pointer(_ location: Location) -> UnsafeMutableRawPointer {
        (location.region == .arena ? arena : constants) + location.offset
    }

    @inline(__always)
    func pointer<Element>(_ location: Location, as type: Element.Type) -> UnsafeMutablePointer<Element> {
        pointer(location).assumingMemoryBound(to: type)
    }
}
