import BitdepthOperators

extension RangeEstimate {
    /// The range that leaves out `100 - percent` percent of the values: half of them at each end, or, in a symmetric
    /// scheme, those of largest magnitude.
    ///
    /// Zeros are values like others: half of a tensor behind a Relu can be zeros, and then the percentile clips twice the
    /// share of the rest. 100 gives the smallest and largest value exactly.
    static func percentile(_ percent: Double, of histogram: Histogram, _ scheme: QuantizationScheme) -> RangeEstimate {
        if scheme.isSymmetric {
            let reach = ValueDensity(histogram.absolute()).quantile(percent / 100)
            return RangeEstimate(covering: 0...reach, scheme)
        }
        let density = ValueDensity(histogram)
        let leftOut = (100 - percent) / 200
        let low = density.quantile(leftOut)
        let high = density.quantile(1 - leftOut)
        return RangeEstimate(covering: min(low, high)...max(low, high), scheme)
    }
}
