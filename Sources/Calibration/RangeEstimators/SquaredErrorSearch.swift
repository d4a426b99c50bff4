import BitdepthOperators

/// Searches scale and zero point for the least expected squared quantization error over a histogram.
///
/// A range is judged as the quantizer will use it, zero point and FP32 scale rounded. For each zero point the scales run
/// geometrically from one that covers everything down to one that reaches no further than half of the root mean square;
/// the best is then refined by golden section. Zero points are tried on a coarse grid and refined by halving steps.
///
/// Source: Nagel et al. 2021 (arXiv 2106.08295), section 3.1.
struct SquaredErrorSearch {
    private let density: ValueDensity
    private let scheme: QuantizationScheme
    private let fallback: ClosedRange<Double>
    private var evaluated = 0

    /// The ratio of neighbouring scales: fine where there is one zero point, coarse where there are many.
    private static let fineStep = 0.98
    private static let coarseStep = 0.93
    /// Zero points of the coarse grid, at most.
    private static let gridPoints = 17

    init(_ histogram: Histogram, _ scheme: QuantizationScheme) {
        density = ValueDensity(histogram)
        self.scheme = scheme
        fallback = RangeEstimate(covering: density.lowest...density.highest, scheme).range
    }

    private struct Candidate {
        var parameters: QuantizationParameters
        var error: Double
    }

    /// The best range; the one from smallest to largest value where no other has a smaller error.
    func best() -> RangeEstimate {
        var search = self
        return search.run()
    }

    private mutating func run() -> RangeEstimate {
        let covering = QuantizationParameters(range: fallback, scheme: scheme)
        var best =
            candidate(scale: Double(covering.scale), zeroPoint: covering.zeroPoint)
            ?? Candidate(parameters: covering, error: .infinity)
        let coveringError = best.error
        guard density.lowest < density.highest || density.highest != 0 else {
            return RangeEstimate(range: fallback, numberOfCandidates: evaluated)
        }
        let codes = scheme.codes
        if scheme.isSymmetric || density.lowest >= 0 || density.highest <= 0 {
            consider(zeroPoint: covering.zeroPoint, step: SquaredErrorSearch.fineStep, &best)
            refineScale(&best, ratio: SquaredErrorSearch.fineStep)
        } else {
            let spacing = max((codes.count - 1) / (SquaredErrorSearch.gridPoints - 1), 1)
            for zeroPoint in stride(from: codes.lowerBound, through: codes.upperBound, by: spacing) {
                consider(zeroPoint: zeroPoint, step: SquaredErrorSearch.coarseStep, &best)
            }
            consider(zeroPoint: covering.zeroPoint, step: SquaredErrorSearch.coarseStep, &best)
            refineScale(&best, ratio: SquaredErrorSearch.coarseStep)
            refineZeroPoint(&best, from: spacing)
        }
        guard best.error < coveringError else { return RangeEstimate(range: fallback, numberOfCandidates: evaluated) }
        return RangeEstimate(range: realRange(best.parameters), numberOfCandidates: evaluated)
    }

    /// The range that gives exactly these parameters.
    private func realRange(_ parameters: QuantizationParameters) -> ClosedRange<Double> {
        let scale = Double(parameters.scale)
        let high = Double(parameters.codes.upperBound - parameters.zeroPoint) * scale
        if scheme.isSymmetric { return -high...high }
        return Double(parameters.codes.lowerBound - parameters.zeroPoint) * scale...high
    }

    /// Tries scales for one zero point, from one that covers everything downward.
    private mutating func consider(zeroPoint: Int, step: Double, _ best: inout Candidate) {
        let below = Double(zeroPoint - scheme.codes.lowerBound)
        let above = Double(scheme.codes.upperBound - zeroPoint)
        let covering = max(
            below > 0 ? max(-density.lowest, 0) / below : 0, above > 0 ? max(density.highest, 0) / above : 0)
        let rootMeanSquare = (density.total.squares / density.total.count).squareRoot()
        let smallest = min(rootMeanSquare / (2 * (below + above)), covering)
        var scale = covering * 1.1
        while scale >= smallest, scale > 0 {
            if let tried = candidate(scale: scale, zeroPoint: zeroPoint), tried.error < best.error { best = tried }
            scale *= step
        }
    }

    /// Golden section over the scale between the neighbours of the best.
    private mutating func refineScale(_ best: inout Candidate, ratio: Double) {
        let zeroPoint = best.parameters.zeroPoint
        let golden = 0.6180339887498949
        var low = Double(best.parameters.scale) * ratio
        var high = Double(best.parameters.scale) / ratio
        var left = candidate(scale: high - golden * (high - low), zeroPoint: zeroPoint)
        var right = candidate(scale: low + golden * (high - low), zeroPoint: zeroPoint)
        while high - low > 1e-5 * high, let a = left, let b = right {
            for tried in [a, b] where tried.error < best.error { best = tried }
            if a.error <= b.error {
                high = Double(b.parameters.scale)
                right = left
                left = candidate(scale: high - golden * (high - low), zeroPoint: zeroPoint)
            } else {
                low = Double(a.parameters.scale)
                left = right
                right = candidate(scale: low + golden * (high - low), zeroPoint: zeroPoint)
            }
        }
    }

    /// Moves the zero point by ever smaller steps as long as that helps. A moved zero point wants another scale: the ones
    /// that leave either end of the range where it is, and the old one, are where its search begins.
    private mutating func refineZeroPoint(_ best: inout Candidate, from spacing: Int) {
        var step = spacing
        while step >= 1 {
            let start = best
            for zeroPoint in [start.parameters.zeroPoint - step, start.parameters.zeroPoint + step]
            where scheme.codes.contains(zeroPoint) {
                guard var moved = bestStart(zeroPoint: zeroPoint, near: start) else { continue }
                refineScale(&moved, ratio: SquaredErrorSearch.coarseStep)
                if moved.error < best.error { best = moved }
            }
            if best.error >= start.error { step /= 2 }
        }
    }

    private mutating func bestStart(zeroPoint: Int, near start: Candidate) -> Candidate? {
        let range = realRange(start.parameters)
        let scales = [
            Double(start.parameters.scale),
            range.lowerBound / Double(scheme.codes.lowerBound - zeroPoint),
            range.upperBound / Double(scheme.codes.upperBound - zeroPoint),
        ]
        var candidates: [Candidate] = []
        for scale in scales {
            if let tried = candidate(scale: scale, zeroPoint: zeroPoint) { candidates.append(tried) }
        }
        return candidates.min { $0.error < $1.error }
    }

    /// Judges one scale and zero point; `nil` for a scale that FP32 cannot hold well.
    private mutating func candidate(scale: Double, zeroPoint: Int) -> Candidate? {
        let stored = Float(scale)
        guard stored.isNormal, stored > 0 else { return nil }
        let parameters = QuantizationParameters(scale: stored, zeroPoint: zeroPoint, codes: scheme.codes)
        evaluated += 1
        return Candidate(parameters: parameters, error: density.squaredError(of: parameters))
    }
}
