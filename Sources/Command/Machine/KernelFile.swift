import CBitdepthSystem

/// Facts that Linux tells in small files; each is nil where the file is missing or reads differently.
enum KernelFile {
    /// Distinct groups of sibling threads among the processors that the process may run on.
    static var physicalCores: Int? {
        let usable = Int(bd_usable_processors())
        var siblings = Set<String>()
        var (processor, found) = (0, 0)
        while found < usable, processor < 8192 {
            if bd_is_usable_processor(Int32(processor)) != 0 {
                guard let group = text("/sys/devices/system/cpu/cpu\(processor)/topology/thread_siblings_list") else {
                    return nil
                }
                siblings.insert(group)
                found += 1
            }
            processor += 1
        }
        return siblings.isEmpty ? nil : siblings.count
    }

    /// Processors' worth of time of the control group, version 2 or 1.
    static var processorQuota: Double? {
        if let line = text("/sys/fs/cgroup/cpu.max") { return quota(of: line) }
        guard let quota = text("/sys/fs/cgroup/cpu/cpu.cfs_quota_us"),
            let period = text("/sys/fs/cgroup/cpu/cpu.cfs_period_us")
        else { return nil }
        return self.quota(of: "\(quota) \(period)")
    }

    /// Reads `200000 100000` as 2 and `max 100000` or `-1 100000` as no limit.
    static func quota(of line: String) -> Double? {
        let parts = line.split(separator: " ").map { Double($0) }
        guard parts.count == 2, let quota = parts[0], let period = parts[1], quota > 0, period > 0 else { return nil }
        return quota / period
    }

    static var memoryLimit: UInt64? {
        (text("/sys/fs/cgroup/memory.max") ?? text("/sys/fs/cgroup/memory/memory.limit_in_bytes")).flatMap {
            UInt64($0)
        }
    }

    static var availableMemory: UInt64? { text("/proc/meminfo").flatMap(availableMemory(in:)) }

    /// Bytes from the line `MemAvailable:    5123456 kB`.
    static func availableMemory(in table: String) -> UInt64? {
        let line = table.split(separator: "\n").first { $0.hasPrefix("MemAvailable:") }
        guard let kibibytes = line?.split(separator: " ").dropFirst().first.flatMap({ UInt64($0) }) else { return nil }
        let (bytes, overflow) = kibibytes.multipliedReportingOverflow(by: 1024)
        return overflow ? nil : bytes
    }

    private static func text(_ path: String) -> String? {
        let capacity = 4096
        let text = withUnsafeTemporaryAllocation(of: UInt8.self, capacity: capacity) { buffer in
            let count = bd_read_small_file(path, buffer.baseAddress, capacity)
            return count > 0 ? String(decoding: buffer.prefix(Int(count)), as: UTF8.self) : nil
        }
        return text.map { $0.hasSuffix("\n") ? String($0.dropLast()) : $0 }
    }
}
