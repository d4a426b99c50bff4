import BitdepthTensors

/// A window placed over the spatial axes of an input `[N, C, D…]`: what the pools by maximum, average and norm share.
struct Pool {
    let geometry: Window.Geometry
    /// N · C: each plane is pooled by itself.
    let planes: Int
    let shape: Shape

    init(_ window: Window, over input: Shape) throws(BitdepthError) {
        try Pool.checkRank(input.rank)
        geometry = try window.geometry(input: Array(input.dimensions[2...]))
        planes = input[0] * input[1]
        shape = try Shape([input[0], input[1]] + geometry.output)
    }

    /// Calls `body` with the flat output position, the first element of the input plane, and the window's taps.
    func forEach(_ body: (_ output: Int, _ plane: Int, _ taps: [Tap]) -> Void) {
        guard shape.count > 0 else { return }
        let (pixelsIn, pixelsOut) = (geometry.inputCount, geometry.outputCount)
        for o in 0..<pixelsOut {
            let taps = geometry.taps(at: o)
            for plane in 0..<planes { body(plane * pixelsOut + o, plane * pixelsIn, taps) }
        }
    }

    static func output(_ window: Window, _ input: PartialShape) throws(BitdepthError) -> PartialShape {
        guard let dimensions = input.dimensions else { return .unknown }
        try checkRank(dimensions.count)
        return PartialShape(dimensions[..<2] + (try window.output(input: Array(dimensions[2...]))))
    }

    private static func checkRank(_ rank: Int) throws(BitdepthError) {
        guard rank >= 3 else {
            throw BitdepthError(
                .shapeMismatch, "an input of rank \(rank) cannot be pooled; it needs batch, channels and a spatial axis"
            )
        }
    }
}
