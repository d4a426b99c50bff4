import BitdepthMetrics

extension Double {
    /// A ratio of energies in dB.
    var decibels: Double { 10 * naturalLogarithm / 10.0.naturalLogarithm }

    /// The ratio of energies that so many dB are.
    var energy: Double { (self / 10 * 10.0.naturalLogarithm).exponential }
}
