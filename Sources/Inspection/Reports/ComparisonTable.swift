import BitdepthEvaluation

/// What was lost at each layer, as a table.
public struct ComparisonTable: Sendable {
    public var layers: [LayerComparison.Layer]
    /// How many layers there are, those that are not shown included.
    public var total: Int
    private let wholeNoise: Double

    /// Which layers are shown, in which order.
    public enum Selection: Sendable, Equatable {
        /// So many layers with the lowest SQNR, worst first.
        case worst(Int)
        /// All in the order of the graph.
        case all
    }

    public init(_ comparison: LayerComparison, show selection: Selection) {
        total = comparison.layers.count
        wholeNoise = comparison.layers.reduce(0) { $0 + ComparisonTable.relativeNoise($1) }
        switch selection {
        case .worst(let count): layers = comparison.worst(max(0, count))
        case .all: layers = comparison.layers
        }
    }

    /// Noise energy over signal energy; layers without a signal count as all noise.
    private static func relativeNoise(_ layer: LayerComparison.Layer) -> Double {
        let (noise, signal) = (layer.signalToNoise.noiseEnergy, layer.signalToNoise.signalEnergy)
        guard noise > 0 else { return 0 }
        let ratio = signal > 0 ? noise / signal : .infinity
        return min(ratio.isNaN ? 1e6 : ratio, 1e6)
    }

    /// A layer's noise relative to its signal, as a part of that of all layers: it includes what comes from the layers before.
    public func shareOfNoise(_ layer: LayerComparison.Layer) -> Double {
        wholeNoise > 0 ? ComparisonTable.relativeNoise(layer) / wholeNoise : 0
    }

    public var table: TextTable {
        var table = TextTable([
            .init("layer", isShrinkable: true), .init("operator"), .init("SQNR", key: "sqnr_db", .right),
            .init("cosine", .right),
            .init("max error", key: "largest_difference", .right), .init("share of noise", key: "noise_share"),
        ])
        for layer in layers { table.append(cells(layer)) }
        return table
    }

    /// Without the columns that a summary has no room for.
    public var summary: TextTable {
        var table = TextTable([
            .init("lost most", key: "layer", isShrinkable: true), .init("operator"),
            .init("SQNR", key: "sqnr_db", .right),
            .init("share of noise", key: "noise_share"),
        ])
        for layer in layers {
            let cells = cells(layer)
            table.append([cells[0], cells[1], cells[2], cells[5]])
        }
        return table
    }

    private func cells(_ layer: LayerComparison.Layer) -> [TextTable.Cell] {
        [
            .text(layer.node), .text(layer.operatorType),
            layer.signalToNoise.decibels.map(TextTable.Cell.decibels) ?? .missing,
            layer.cosine.value.map { TextTable.Cell(OutputTable.cosine($0), value: .number($0)) } ?? .missing,
            layer.largestError.value.map { TextTable.Cell.significant($0, digits: 3) } ?? .missing,
            .bar(shareOfNoise(layer)),
        ]
    }

    public var json: JSONValue {
        .array(
            layers.map { layer in
                [
                    "layer": .string(layer.node), "value": .string(layer.value.text),
                    "operator": .string(layer.operatorType),
                    "sqnr_db": .optional(layer.signalToNoise.decibels), "cosine": .optional(layer.cosine.value),
                    "largest_difference": .optional(layer.largestError.value),
                    "noise_share": .number(shareOfNoise(layer)),
                ]
            })
    }
}
