import BitdepthTensors

extension DataWarning {
    static func tooFew(_ count: Int, _ fewest: Int) -> DataWarning {
        DataWarning(
            kind: .tooFewSamples,
            message: "\(count) \(count == 1 ? "sample is" : "samples are") few to find ranges from",
            help: "give at least \(fewest), better 100 to 500, of the kind that the model will see")
    }

    static func identical(_ count: Int) -> DataWarning {
        DataWarning(
            kind: .identicalSamples, message: "all \(count) samples are the same",
            help: "give different samples; \(count) copies tell no more than one")
    }

    static func constant(_ count: Int, of samples: Int, _ input: String) -> DataWarning {
        DataWarning(
            kind: .constantSamples, input: input,
            message: "\(count) of \(samples) samples have the same value everywhere",
            help: "leave empty images and placeholders out")
    }

    static func notFinite(_ count: Int, _ input: String) -> DataWarning {
        DataWarning(
            kind: .notFinite, input: input, message: "\(count) values are NaN or infinite",
            help: "calibration will stop at them; look at how the data were made")
    }

    static func noise(horizontal: Double, vertical: Double, _ input: String) -> DataWarning {
        DataWarning(
            kind: .noise, input: input,
            message:
                "the images look like noise: neighbouring pixels correlate by \(text(horizontal)) across and \(text(vertical)) down, in pictures by 0.5 to 0.99",
            help: "calibrate on real images; ranges from noise make the model worse")
    }

    static func unscaled(_ values: ValueStatistics, _ input: String) -> DataWarning {
        DataWarning(
            kind: .unscaled, input: input,
            message:
                "values are not scaled: \(values.areAllIntegers ? "all are whole numbers" : "they lie") from \(text(Double(values.minimum))) to \(text(Double(values.maximum))), normalized inputs stay within about ±10",
            help: "add --preprocess scale=255 and the mean and std that the model was trained with")
    }

    static func scaledTwice(_ values: ValueStatistics, _ input: String) -> DataWarning {
        DataWarning(
            kind: .scaledTwice, input: input,
            message:
                "values hardly differ: \(text(Double(values.minimum))) to \(text(Double(values.maximum))), standard deviation \(text(values.deviation))",
            help: "if the data are scaled already, leave scale=… out of --preprocess")
    }

    static func swapped(shape: Shape, layout: DataLayout, _ input: String) -> DataWarning {
        let axis = layout.channelAxis(rank: shape.rank)
        return DataWarning(
            kind: .swappedLayout, input: input,
            message:
                "the layout looks swapped: shape \(shape) has \(shape[axis]) where a model of layout \(layout.rawValue) has its channels, and \(shape[layout.other.channelAxis(rank: shape.rank)]) on the other side",
            help: "add --preprocess layout=\(layout.other.rawValue)")
    }

    static func interleaved(_ ratio: Double, layout: DataLayout, _ input: String) -> DataWarning {
        DataWarning(
            kind: .swappedLayout, input: input,
            message:
                "the layout looks swapped: the model takes \(layout.rawValue), but values are \(text(ratio)) times more alike where \(layout.other.rawValue) has its next row",
            help:
                "the values lie in the order of \(layout.other.rawValue); save the data with that shape and add --preprocess layout=\(layout.other.rawValue)"
        )
    }

    /// Three digits after the point at most, none that say nothing.
    private static func text(_ value: Double) -> String {
        guard abs(value) < 1e6, value.isFinite else { return String(value) }
        let thousandths = Int((value * 1000).rounded())
        guard thousandths != 0 || value == 0 else { return String(value) }
        let digits = String(abs(thousandths) % 1000)
        let fraction = String(repeating: "0", count: 3 - digits.count) + digits
        let kept = fraction.reversed().drop { $0 == "0" }.reversed()
        return (value < 0 ? "-" : "") + String(abs(thousandths) / 1000) + (kept.isEmpty ? "" : "." + String(kept))
    }
}
