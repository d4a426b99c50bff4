/// How another engine did with a model.
public struct BenchPeer: Sendable, Equatable {
    /// `ort 1.32.0`
    public var engine: String
    /// Bytes by which its process grew at most while it loaded the model and ran it once.
    public var grownBytes: Int
    /// How near its outputs are to ours on the same inputs, in dB; `nil` where there is none.
    public var agreement: Double?

    public init(engine: String, grownBytes: Int, agreement: Double?) {
        self.engine = engine
        self.grownBytes = grownBytes
        self.agreement = agreement
    }
}

/// How fast one model ran with one number of threads and one batch size.
public struct BenchResult: Sendable, Equatable {
    public var model: String
    public var isQuantized: Bool
    public var threads: Int
    public var batch: Int
    /// Seconds of each timed run, in the order in which they ran.
    public var times: [Double]
    /// Seconds to read the file, to compile it for its shapes, and of the first run.
    public var load: Double
    public var compile: Double
    public var first: Double
    /// Bytes of packed weights and tables, which all sessions share.
    public var constantBytes: Int
    /// Bytes in which one session works.
    public var arenaBytes: Int
    public var multiplyAccumulates: Int
    public var integerMultiplyAccumulates: Int
    /// Steps that compute on floats.
    public var floatSteps: Int
    /// `nil` for this engine.
    public var peer: BenchPeer?

    public init(
        model: String, isQuantized: Bool, threads: Int, batch: Int, times: [Double], load: Double, compile: Double,
        first: Double, constantBytes: Int, arenaBytes: Int, multiplyAccumulates: Int, integerMultiplyAccumulates: Int,
        floatSteps: Int, peer: BenchPeer? = nil
    ) {
        self.model = model
        self.isQuantized = isQuantized
        self.threads = threads
        self.batch = batch
        self.times = times
        self.load = load
        self.compile = compile
        self.first = first
        self.constantBytes = constantBytes
        self.arenaBytes = arenaBytes
        self.multiplyAccumulates = multiplyAccumulates
        self.integerMultiplyAccumulates = integerMultiplyAccumulates
        self.floatSteps = floatSteps
        self.peer = peer
    }

    public var peakBytes: Int { peer?.grownBytes ?? constantBytes.saturatingSum(arenaBytes) }
    public var engine: String { peer?.engine ?? "bitdepth" }

    /// The time, in milliseconds, that `share` of the runs did not exceed (nearest rank).
    public func percentile(_ share: Double) -> Double {
        guard !times.isEmpty else { return .nan }
        let rank = Int((share * Double(times.count)).rounded(.up))
        return times.sorted()[min(max(rank, 1), times.count) - 1] * 1000
    }

    public var median: Double { percentile(0.5) }
    public var minimum: Double { (times.min() ?? .nan) * 1000 }

    /// Samples per second over all timed runs.
    public var throughput: Double { Double(batch * times.count) / times.reduce(0, +) }

    /// `float`, or `int8` with the number of steps that are float all the same.
    public var arithmetic: String {
        guard isQuantized else { return "float" }
        return floatSteps == 0 || peer != nil ? "int8" : "int8, \(floatSteps) float"
    }
}
