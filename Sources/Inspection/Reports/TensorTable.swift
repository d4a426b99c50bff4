import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

/// The values of a model: those held as codes with their scales, and constants that are held as floats.
public enum TensorTable {
    /// Scale, zero point and the range of reals of values that are held as codes.
    ///
    public static func table(of values: [QuantizedValue]) -> TextTable {
        var table = TextTable([
            .init("tensor", isShrinkable: true), .init("kind"), .init("type"), .init("shape"), .init("scale"),
            .init("zero", key: "zero_point", .right), .init("range"),
        ])
        for value in values {
            table.append([
                .text(value.name), .text(value.kind.rawValue), .text(value.element.shortName),
                .text(value.shape.description),
                scale(value), zeroPoint(value), range(value),
            ])
        }
        return table
    }

    /// One scale as it is; for channels how many there are, the smallest and the largest.
    private static func scale(_ value: QuantizedValue) -> TextTable.Cell {
        guard let low = value.scales.min(), let high = value.scales.max() else {
            return TextTable.Cell("computed", value: .null)
        }
        guard value.isPerChannel else { return .significant(Double(low)) }
        let (least, most) = (
            NumberText.significant(Double(low), digits: 3), NumberText.significant(Double(high), digits: 3)
        )
        let text = "\(value.scales.count)× \(least)…\(most)"
        return TextTable.Cell(
            text,
            value: [
                "count": .integer(value.scales.count), "smallest": .number(Double(low)),
                "largest": .number(Double(high)),
                "axis": .optional(value.axis),
            ])
    }

    private static func zeroPoint(_ value: QuantizedValue) -> TextTable.Cell {
        guard !value.scales.isEmpty, let low = value.zeroPoints.min(), let high = value.zeroPoints.max() else {
            return .missing
        }
        if low == high { return .integer(low) }
        return TextTable.Cell("\(low) … \(high)", value: ["smallest": .integer(low), "largest": .integer(high)])
    }

    /// A bias of 32 bits can be anything; its range says nothing.
    private static func range(_ value: QuantizedValue) -> TextTable.Cell {
        guard value.kind != .bias, let range = value.range else { return .missing }
        let (low, high) = (
            NumberText.significant(range.lowerBound, digits: 3), NumberText.significant(range.upperBound, digits: 3)
        )
        let text = "\(low) … \(high)"
        return TextTable.Cell(text, value: [.number(range.lowerBound), .number(range.upperBound)])
    }

    /// Constants as they are stored, without their elements.
    public static func table(ofConstants constants: [(name: String, tensor: Tensor)]) -> TextTable {
        var table = TextTable([
            .init("tensor", isShrinkable: true), .init("type"), .init("shape"), .init("size", key: "bytes", .right),
        ])
        for (name, tensor) in constants {
            table.append([
                .text(name), .text(tensor.type.shortName), .text(tensor.shape.description), .bytes(tensor.byteCount),
            ])
        }
        return table
    }
}
