import BitdepthTensors

/// How the elements along one axis of an output are weighted sums of those of the input.
struct AxisResampling {
    /// Elements along the axis of the input.
    let extent: Int
    /// By output element.
    let weights: [Weights]

    struct Weights {
        /// Input elements and their weights; nearest neighbours have one.
        var taps: [(index: Int, weight: Double)]
        /// The position lies outside of the input, where only the extrapolation value is.
        var isOutside = false

        var first: Int { taps.first?.index ?? 0 }
    }

    init(unchanged extent: Int) {
        self.extent = extent
        weights = (0..<extent).map { Weights(taps: [($0, 1)]) }
    }

    init(_ resize: Resize, _ length: ResizeLength, region: ClosedRegion) {
        extent = length.input
        guard length.input > 0 else {
            weights = (0..<length.output).map { _ in Weights(taps: []) }
            return
        }
        let interpolation = Interpolation(resize, scale: length.effectiveScale, extent: length.input)
        weights = (0..<length.output).map { index in
            let position = AxisResampling.position(of: index, resize.coordinateMode, length, region)
            var weights = interpolation.weights(at: position)
            weights.isOutside =
                resize.coordinateMode == .tfCropAndResize && (position < 0 || position > Double(length.input - 1))
            return weights
        }
    }

    var isIdentity: Bool {
        weights.count == extent
            && weights.enumerated().allSatisfy { index, weights in
                weights.taps.allSatisfy { $0.weight == ($0.index == index ? 1 : 0) } && !weights.taps.isEmpty
            }
    }

    func apply(to values: [Double], _ lanes: Lanes, result: Shape) throws(BitdepthError) -> [Double] {
        var y = try [Double](repeating: 0, filling: result)
        for o in 0..<lanes.outer {
            for (index, weights) in weights.enumerated() {
                let to = (o * self.weights.count + index) * lanes.inner
                for tap in weights.taps {
                    let from = (o * extent + tap.index) * lanes.inner
                    for i in 0..<lanes.inner { y[to + i] += tap.weight * values[from + i] }
                }
            }
        }
        return y
    }

    /// The place in the input that an output element is taken from, in input elements.
    private static func position(
        of index: Int, _ mode: Resize.CoordinateMode, _ length: ResizeLength, _ region: ClosedRegion
    ) -> Double {
        let x = Double(index)
        let last = Double(length.input - 1)
        switch mode {
        case .halfPixel: return length.inputDistance(x + 0.5) - 0.5
        case .halfPixelSymmetric:
            // The centres of both axes fall together even where the output was cut to a whole number of elements.
            let offset = Double(length.input) / 2 * (1 - Double(length.output) / length.scaled)
            return offset + length.inputDistance(x + 0.5) - 0.5
        case .pytorchHalfPixel: return length.output > 1 ? length.inputDistance(x + 0.5) - 0.5 : 0
        // ONNX's tests want the extent before it was cut to an integer, here only.
        case .alignCorners: return length.scaled == 1 ? 0 : x * last / (length.scaled - 1)
        case .asymmetric: return length.inputDistance(x)
        case .tfHalfPixelForNearest: return length.inputDistance(x + 0.5)
        case .tfCropAndResize:
            if length.output <= 1 { return 0.5 * (region.start + region.end) * last }
            return region.start * last + x * (region.end - region.start) * last / Double(length.output - 1)
        }
    }
}
