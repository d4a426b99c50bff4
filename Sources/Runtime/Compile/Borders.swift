import BitdepthGraphs

/// Lines and columns of one code around each image of a value: what a convolution with pads reads beyond the image.
struct Border: Sendable, Hashable {
    /// top, left, bottom, right
    var pads: [Int]
    /// The code; of floats the border is 0.
    var fill: UInt8
}

/// Which values are made with a border around them, so that the convolution behind them need not copy them into a larger
/// image: those that nobody else reads, and whose maker can write into the middle of an image.
struct Borders {
    private let byValue: [ValueName: Border]

    init(_ lowerings: [any Lowering], _ context: CompileContext) {
        var readers: [ValueName: Int] = [:]
        for lowering in lowerings {
            // One that reads a value twice reads it once without the border.
            for value in lowering.reads { readers[value, default: 0] += 1 }
        }
        let makers = Set(lowerings.compactMap(\.borderedOutput))
        var borders: [ValueName: Border] = [:]
        for lowering in lowerings {
            guard let (value, border) = lowering.wantedBorder, makers.contains(value), readers[value] == 1,
                !context.index.outputs.contains(value), !context.tapped.contains(value)
            else { continue }
            borders[value] = border
        }
        byValue = borders
    }

    subscript(value: ValueName) -> Border? { byValue[value] }
}
