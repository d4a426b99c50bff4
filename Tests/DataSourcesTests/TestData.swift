import BitdepthTensors

@testable import BitdepthDataSources

/// Made-up data that are the same in every run.
enum TestData {
    /// A picture-like image: a few soft waves for each channel, `[channels, height, width]`, values 0 ... 1.
    static func picture(_ seed: UInt64, channels: Int = 1, height: Int = 28, width: Int = 28) -> [Float] {
        var generator = SeededGenerator(seed: seed)
        var values = [Float](repeating: 0, count: channels * height * width)
        let waves = (0..<5).map { _ in
            (
                x: 0.02 + 0.25 * uniform(&generator), y: 0.02 + 0.25 * uniform(&generator),
                phase: 6.28 * uniform(&generator)
            )
        }
        for channel in 0..<channels {
            let tint = 0.7 + 0.3 * uniform(&generator)
            for y in 0..<height {
                for x in 0..<width {
                    let sum = waves.reduce(Float(0)) { $0 + triangle(Float(x) * $1.x + Float(y) * $1.y + $1.phase) }
                    values[(channel * height + y) * width + x] = min(max(tint * (0.5 + sum / 5), 0), 1)
                }
            }
        }
        return values
    }

    /// Pictures as bytes 0 ... 255.
    static func pictures(_ count: Int, channels: Int = 1, height: Int = 28, width: Int = 28) throws -> [Sample] {
        try (0..<count).map { index in
            let bytes = picture(UInt64(index), channels: channels, height: height, width: width).map { UInt8($0 * 255) }
            return Sample(name: "picture \(index)", ["image": try Tensor(bytes, shape: [1, channels, height, width])])
        }
    }

    static func image(_ shape: [Int?], type: ElementType = .float32) -> InputSpecification {
        InputSpecification(
            name: "image", type: type, shape: PartialShape(shape.map { $0.map(Dimension.known) ?? .symbol("N") }))
    }

    static func uniform(_ generator: inout SeededGenerator) -> Float { Float(generator.next() >> 40) * 0x1p-24 }

    /// A wave of period 2, -0.5 ... 0.5.
    private static func triangle(_ x: Float) -> Float { abs(x - 2 * (x / 2).rounded(.down) - 1) - 0.5 }
}
