import CBitdepthSystem

/// The machine as this process sees it: what it may use, not only what is there.
struct Machine: Sendable, Equatable {
    /// The processor's own name, as far as it tells one.
    var processor: String?
    /// System, release and architecture.
    var system: String
    /// Logical processors that the process may run on.
    var logicalProcessors: Int
    /// Physical cores behind them.
    var physicalCores: Int
    /// Processors' worth of time that the container allows, nil without a limit.
    var processorQuota: Double?
    /// Bytes of memory, the container's limit if there is one.
    var memory: UInt64?
    /// Bytes that can be had without pushing others out.
    var availableMemory: UInt64?

    /// Threads to use where none are asked for: more than the physical cores gain nothing, more than the quota lose.
    var defaultThreads: Int {
        let quota = processorQuota.map { Int($0.rounded(.up)) } ?? physicalCores
        return max(1, min(physicalCores, quota))
    }

    static var current: Machine {
        let physicalMemory = bd_physical_memory()
        let limit = KernelFile.memoryLimit
        return Machine(
            processor: name(bd_processor_name), system: name(bd_system_name) ?? "unknown",
            logicalProcessors: Int(bd_usable_processors()),
            physicalCores: KernelFile.physicalCores ?? Int(bd_usable_processors()),
            processorQuota: KernelFile.processorQuota,
            memory: physicalMemory == 0 ? nil : min(physicalMemory, limit ?? .max),
            availableMemory: KernelFile.availableMemory)
    }

    /// From now on freed tensors leave the process at once: what work under a memory budget needs.
    static func returnFreedMemory() { bd_return_large_blocks() }

    private static func name(_ read: (UnsafeMutablePointer<CChar>?, Int) -> Int) -> String? {
        let capacity = 256
        let text = withUnsafeTemporaryAllocation(of: CChar.self, capacity: capacity) { buffer in
            let count = min(read(buffer.baseAddress, capacity), capacity)
            return String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
        let words = text.split(separator: " ").joined(separator: " ")
        return words.isEmpty ? nil : words
    }
}
