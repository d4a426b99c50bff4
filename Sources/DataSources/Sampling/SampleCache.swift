import BitdepthRuntime
import BitdepthTensors

/// Samples of a slow source, kept after they were read once: calibration goes over its samples several times.
///
/// The first ones are kept until `capacity` bytes are full and none is ever given up, so that going round and round over more
/// samples than fit still finds those that did.
struct SampleCache: SampleSource {
    /// Bytes that are worth keeping: a few hundred images as most models take them.
    static let standardCapacity = 128 << 20

    private let base: any SampleSource
    private let capacity: Int
    private let kept = Lock<Kept>(Kept())

    private struct Kept: Sendable {
        var samples: [Int: Sample?] = [:]
        var bytes = 0
    }

    init(_ base: any SampleSource, capacity: Int = SampleCache.standardCapacity) {
        self.base = base
        self.capacity = capacity
    }

    var count: Int { base.count }
    var summary: String { base.summary }

    func sample(at index: Int) throws(BitdepthError) -> Sample {
        if let found = kept.withLock({ $0.samples[index] }), let sample = found { return sample }
        let sample = try base.sample(at: index)
        keep(sample, at: index)
        return sample
    }

    func sampleIfReadable(at index: Int) throws(BitdepthError) -> Sample? {
        if let found = kept.withLock({ $0.samples[index] }) { return found }
        let sample = try base.sampleIfReadable(at: index)
        keep(sample, at: index)
        return sample
    }

    private func keep(_ sample: Sample?, at index: Int) {
        let bytes = sample?.tensors.values.reduce(0) { $0 + $1.byteCount } ?? 0
        kept.withLock { kept in
            guard kept.samples[index] == nil, bytes <= capacity - kept.bytes else { return }
            kept.samples.updateValue(sample, forKey: index)
            kept.bytes += bytes
        }
    }
}
