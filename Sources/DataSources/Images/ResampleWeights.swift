import CBitdepthImages

/// Which pixels of a row make each pixel of a longer or shorter row, with what weights in units of 2⁻²².
///
/// The weights of one pixel are a kernel around its centre, divided by their sum in Double and then rounded half away from zero:
/// with these numbers the sums are bit for bit those of Pillow's `Image.resize`.
struct ResampleWeights {
    private var taps: Int
    private var starts: [Int32] = []
    private var lengths: [Int32] = []
    private var weights: [Int32] = []

    private static let unit = Double(1 << 22)

    init(from length: Int, to count: Int, _ filter: ResampleFilter) {
        let scale = Double(length) / Double(count)
        let widening = max(scale, 1)
        let support = filter.support * widening
        taps = Int(support.rounded(.up)) * 2 + 1
        for index in 0..<count {
            let center = (Double(index) + 0.5) * scale
            let first = max(Int(center - support + 0.5), 0)
            let end = min(Int(center + support + 0.5), length)
            append(
                (first..<max(end, first)).map { position in
                    filter.weight((Double(position) - center + 0.5) * (1 / widening))
                }, from: first)
        }
    }

    private mutating func append(_ row: [Double], from first: Int) {
        let sum = row.reduce(0, +)
        starts.append(Int32(first))
        lengths.append(Int32(row.count))
        for weight in row {
            let share = sum == 0 ? weight : weight / sum
            weights.append(Int32(share * ResampleWeights.unit + (share < 0 ? -0.5 : 0.5)))
        }
        weights.append(contentsOf: repeatElement(0, count: max(taps - row.count, 0)))
    }

    func withTable<Result>(_ body: (UnsafePointer<bd_resampling>) -> Result) -> Result {
        starts.withUnsafeBufferPointer { starts in
            lengths.withUnsafeBufferPointer { lengths in
                weights.withUnsafeBufferPointer { weights in
                    var table = bd_resampling(
                        count: starts.count, taps: taps, starts: starts.baseAddress, lengths: lengths.baseAddress,
                        weights: weights.baseAddress)
                    return body(&table)
                }
            }
        }
    }
}
