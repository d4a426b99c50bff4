/// How often values of a tensor fall into each of a set of bins that is the same for every tensor and every data set.
///
/// The bin of a value is the upper half of its FP32 pattern (sign, exponent, 7 mantissa bits: 128 bins per octave), so
/// there is no range to know or to grow. Counters are integers and merging adds them: the result cannot depend on the
/// order of the values, on how they were split or on threads. Counters exist only for octaves that occur; some 20 to
/// 40 kB per tensor, whatever the number of values.
///
/// Zero (with everything nearer to it than 2^-133), NaN and infinities are counted apart; the exact smallest and largest
/// finite value are kept beside.
public struct Histogram: Sendable {
    /// Counters of the octaves that occur, 128 each, in the order in which they appeared.
    var counters: [UInt64] = []
    /// For each of the 512 combinations of sign and exponent: where its counters start, or ``absent``.
    var starts = [Int32](repeating: Histogram.absent, count: HistogramBin.octaves)

    /// The smallest and largest finite value; `nil` before any.
    public internal(set) var extent: ClosedRange<Float>?
    public internal(set) var notANumberCount: UInt64 = 0
    public internal(set) var positiveInfinityCount: UInt64 = 0
    public internal(set) var negativeInfinityCount: UInt64 = 0

    static let absent: Int32 = -1

    public init() {}

    /// Finite values, zeros among them.
    public var finiteCount: UInt64 { counters.reduce(0, +) }

    /// Values that are zero or nearer to it than 2^-133.
    public var zeroCount: UInt64 {
        count(in: HistogramBin(of: 0)) + count(in: HistogramBin(of: -0.0))
    }

    /// All values, NaN and infinities among them.
    public var totalCount: UInt64 { finiteCount + notANumberCount + positiveInfinityCount + negativeInfinityCount }

    /// Bytes that the counters and their index take.
    public var memoryFootprint: Int {
        counters.count * MemoryLayout<UInt64>.stride + starts.count * MemoryLayout<Int32>.stride
    }

    func count(in bin: HistogramBin) -> UInt64 {
        let start = starts[bin.octave]
        return start == Histogram.absent ? 0 : counters[Int(start) + bin.index]
    }

    /// The bins that are not empty with their counts, in the order of their patterns: from zero outward, positive first.
    var occupiedBins: [(bin: HistogramBin, count: UInt64)] {
        var bins: [(bin: HistogramBin, count: UInt64)] = []
        for octave in 0..<HistogramBin.octaves where starts[octave] != Histogram.absent {
            for index in 0..<HistogramBin.perOctave {
                let bin = HistogramBin(octave: octave, index: index)
                let count = count(in: bin)
                if count > 0 { bins.append((bin, count)) }
            }
        }
        return bins
    }

    /// Makes room for an octave that has none yet.
    mutating func allocate(octave: Int) {
        starts[octave] = Int32(counters.count)
        counters.append(contentsOf: repeatElement(0, count: HistogramBin.perOctave))
    }

    /// Adds to one bin.
    mutating func add(_ count: UInt64, to bin: HistogramBin) {
        guard count > 0 else { return }
        if starts[bin.octave] == Histogram.absent { allocate(octave: bin.octave) }
        counters[Int(starts[bin.octave]) + bin.index] += count
    }

    mutating func widen(to other: ClosedRange<Float>?) {
        guard let other else { return }
        guard let extent else {
            self.extent = other
            return
        }
        self.extent = min(extent.lowerBound, other.lowerBound)...max(extent.upperBound, other.upperBound)
    }
}

extension Histogram: Equatable {
    /// Same counts in all bins; the order in which octaves appeared does not matter.
    public static func == (left: Histogram, right: Histogram) -> Bool {
        guard left.extent == right.extent, left.notANumberCount == right.notANumberCount,
            left.positiveInfinityCount == right.positiveInfinityCount,
            left.negativeInfinityCount == right.negativeInfinityCount
        else { return false }
        return left.occupiedBins.elementsEqual(right.occupiedBins) { $0 == $1 }
    }
}
