import BitdepthTensors

/// Smallest, largest and mean element of a tensor, and how many are zero: this reads the elements.
public struct WeightStatistics: Sendable, Equatable {
    public var minimum: Double?
    public var maximum: Double?
    public var mean: Double?
    public var zeros = 0
    /// NaN and infinities; the other numbers are about the rest.
    public var notFinite = 0
    public var count = 0

    public init(_ tensor: Tensor) throws(BitdepthError) {
        let values = try tensor.floats()
        count = values.count
        var sum = 0.0
        var (low, high) = (Float.infinity, -Float.infinity)
        for value in values {
            guard value.isFinite else {
                notFinite += 1
                continue
            }
            if value == 0 { zeros += 1 }
            low = min(low, value)
            high = max(high, value)
            sum += Double(value)
        }
        guard count > notFinite else { return }
        (minimum, maximum, mean) = (Double(low), Double(high), sum / Double(count - notFinite))
    }
}

/// Statistics of float weights.
public enum WeightTable {
    public static func table(of rows: [(name: String, tensor: Tensor, statistics: WeightStatistics)]) -> TextTable {
        let hasNotFinite = rows.contains { $0.statistics.notFinite > 0 }
        var table = TextTable(
            [
                .init("weight", key: "tensor", isShrinkable: true), .init("type"), .init("shape"), .init("min", .right),
                .init("max", .right), .init("mean", .right), .init("zeros", .right),
            ] + (hasNotFinite ? [.init("NaN, ∞", key: "not_finite", .right)] : []))
        for (name, tensor, statistics) in rows {
            let zeros = statistics.count == 0 ? 0 : Double(statistics.zeros) / Double(statistics.count)
            table.append([
                .text(name), .text(tensor.type.shortName), .text(tensor.shape.description), number(statistics.minimum),
                number(statistics.maximum), number(statistics.mean),
                statistics.count == 0 ? .missing : .percent(zeros), .integer(statistics.notFinite),
            ])
        }
        return table
    }

    private static func number(_ value: Double?) -> TextTable.Cell { value.map { .significant($0) } ?? .missing }
}
