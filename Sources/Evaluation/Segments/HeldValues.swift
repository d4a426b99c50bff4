import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

/// The values that segments hand on, of all samples: in memory while there is room, else in a temporary file.
struct HeldValues {
    /// What is still held, by sample.
    private(set) var values: [[ValueName: Value]]
    private let budget: MemoryBudget
    private var bytes = 0
    private var file: ScratchFile?

    /// Smaller tensors stay in memory whatever the budget.
    private static let smallestMoved = 1024

    init(samples: Int, budget: MemoryBudget) {
        values = Array(repeating: [:], count: samples)
        self.budget = budget
    }

    subscript(sample: Int, name: ValueName) -> Value? { values[sample][name] }

    mutating func add(_ value: Value, as name: ValueName, of sample: Int) throws(BitdepthError) {
        remove(name, of: sample)
        var value = value
        if case .tensor(let tensor) = value, tensor.byteCount >= HeldValues.smallestMoved, tensor.region == nil,
            bytes.addingSaturated(tensor.byteCount) > budget.heldBytes
        {
            value = .tensor(try scratch().moved(tensor))
        }
        bytes = bytes.addingSaturated(value.bytesInMemory)
        values[sample][name] = value
    }

    mutating func remove(_ name: ValueName, of sample: Int) {
        guard let value = values[sample].removeValue(forKey: name) else { return }
        bytes -= min(bytes, value.bytesInMemory)
    }

    /// Later values go to a file of their own, so that the disk gets back what the earlier ones took.
    mutating func beginSegment() { file = nil }

    private mutating func scratch() throws(BitdepthError) -> ScratchFile {
        if let file { return file }
        let made = try ScratchFile(in: budget.scratchFolder)
        file = made
        return made
    }
}

extension Value {
    fileprivate var bytesInMemory: Int {
        switch self {
        case .tensor(let tensor): tensor.region == nil ? tensor.byteCount : 0
        case .sequence(let tensors): tensors.reduce(0) { $0.addingSaturated($1.byteCount) }
        case .absent: 0
        }
    }
}
