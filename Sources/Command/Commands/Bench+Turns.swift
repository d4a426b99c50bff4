import Bitdepth

/// Something that is timed: a model in this engine or in another.
protocol BenchContender: AnyObject {
    var result: BenchResult { get set }

    /// Seconds of each of `count` runs, one behind the other.
    func times(_ count: Int) throws -> [Double]
}

extension BenchContender {
    /// Seconds of all timed runs.
    var total: Double { result.times.reduce(0, +) }
}

/// How often a contender runs in one turn.
///
/// Where others had their turns, the caches hold what they left and threads sleep: such a first run is not timed, unless runs
/// are so long that this is nothing to them.
struct BenchTurn {
    /// Seconds.
    static let length = 0.05

    var count: Int
    var isWarmedUp: Bool

    /// - Parameters:
    ///   - last: Seconds of the last run.
    ///   - left: Runs that are still wanted at most.
    init(last: Double, left: Int, isAlone: Bool) {
        let fitting = last > 0 ? min(Self.length / last, 10_000) : 1
        count = max(1, min(left, Int(fitting)))
        isWarmedUp = isAlone || last > Self.length
    }
}
