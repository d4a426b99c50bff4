import BitdepthTensors
import CBitdepthKernels

/// Images whose groups of channels are normalized, and where scale and bias of their channels lie.
struct NormalizedImage: Sendable {
    var images: Int
    var pixels: Int
    var channels: Int
    var groups: Int
    var epsilon: Float
    var scale: Location
    var bias: Location
    var isChannelsLast = false

    var groupChannels: Int { channels / groups }

    /// Rows of pixels whose sums are formed by themselves, whatever the number of threads.
    static let blockPixels = 256
    var blocks: Int { (pixels + Self.blockPixels - 1) / Self.blockPixels }

    /// Floats of working memory: factors and summands of all channels, and partial sums or statistics before them.
    var scratchCount: Int {
        isChannelsLast ? (blocks + 3) * channels : 2 * images * groups + 2 * images * channels
    }
}

/// Groups of channels that lie together as rows.
struct PlanesNormalizationStep: Step {
    var moments: @convention(c) (UnsafePointer<bd_normalize>?, Int64, Int64) -> Void
    var affine: @convention(c) (UnsafePointer<bd_affine>?, Int64, Int64) -> Void
    var image: NormalizedImage
    var input: Location
    var output: Location
    var scratch: Location

    func run(_ frame: Frame) {
        let rows = image.images * image.groups, planes = image.images * image.channels
        let length = image.groupChannels * image.pixels
        let means = frame.pointer(scratch, as: Float.self), inverses = means + rows
        let factors = inverses + rows, summands = factors + planes
        let from = UnsafePointer(frame.pointer(input, as: Float.self))
        var statistics = bd_normalize(
            input: from, scale: nil, bias: nil, output: nil, means: means, inverses: inverses, length: Int64(length),
            epsilon: image.epsilon, is_centered: true)
        withUnsafePointer(to: &statistics) { job in
            frame.parallel(rows, grain: max(1, 16_384 / length)) { moments(job, Int64($0), Int64($1)) }
        }
        let scale = frame.pointer(image.scale, as: Float.self), bias = frame.pointer(image.bias, as: Float.self)
        for plane in 0..<planes {
            let channel = plane % image.channels, group = plane / image.groupChannels
            factors[plane] = inverses[group] * scale[channel]
            summands[plane] = bias[channel] - means[group] * factors[plane]
        }
        var result = bd_affine(
            input: from, scale: factors, bias: summands, output: frame.pointer(output, as: Float.self),
            columns: Int64(image.pixels), is_per_row: true)
        withUnsafePointer(to: &result) { job in
            frame.parallel(planes, grain: max(1, 16_384 / image.pixels)) { affine(job, Int64($0), Int64($1)) }
        }
    }
}

/// Groups of channels of images that lie channels-last: sums run down the columns.
struct ChannelsLastNormalizationStep: Step {
    var columns:
        @convention(c) (UnsafePointer<Float>?, UnsafePointer<Float>?, UnsafeMutablePointer<Float>?, Int64, Int64, Int64)
            -> Void
    var affine: @convention(c) (UnsafePointer<bd_affine>?, Int64, Int64) -> Void
    var image: NormalizedImage
    var input: Location
    var output: Location
    var scratch: Location

    func run(_ frame: Frame) {
        let channels = image.channels
        let partial = frame.pointer(scratch, as: Float.self)
        let means = partial + image.blocks * channels, factors = means + channels, summands = factors + channels
        let scale = frame.pointer(image.scale, as: Float.self), bias = frame.pointer(image.bias, as: Float.self)
        for index in 0..<image.images {
            let start = index * image.pixels * channels
            let from = UnsafePointer(frame.pointer(input, as: Float.self) + start)
            sum(from, shifts: nil, into: partial, frame)
            spread(partial, into: means) { Float($0) }
            sum(from, shifts: means, into: partial, frame)
            spread(partial, into: factors) { 1 / (Float($0) + image.epsilon).squareRoot() }
            for channel in 0..<channels {
                factors[channel] *= scale[channel]
                summands[channel] = bias[channel] - means[channel] * factors[channel]
            }
            var result = bd_affine(
                input: from, scale: factors, bias: summands, output: frame.pointer(output, as: Float.self) + start,
                columns: Int64(channels), is_per_row: false)
            withUnsafePointer(to: &result) { job in
                frame.parallel(image.pixels, grain: max(1, 16_384 / channels)) { affine(job, Int64($0), Int64($1)) }
            }
        }
    }

    /// Sums of each block of pixels, or of their squared deviations from `shifts`.
    private func sum(
        _ from: UnsafePointer<Float>, shifts: UnsafePointer<Float>?, into partial: UnsafeMutablePointer<Float>,
        _ frame: Frame
    ) {
        let (size, channels) = (NormalizedImage.blockPixels, image.channels)
        frame.parallel(image.blocks, grain: max(1, 16_384 / (size * channels))) { begin, end in
            for block in begin..<end {
                columns(
                    from, shifts, partial + block * channels, Int64(channels), Int64(block * size),
                    Int64(min((block + 1) * size, image.pixels)))
            }
        }
    }

    /// Makes the mean of each group's sums, and writes what `finish` makes of it to all its channels.
    private func spread(
        _ partial: UnsafeMutablePointer<Float>, into target: UnsafeMutablePointer<Float>, _ finish: (Double) -> Float
    ) {
        let members = image.groupChannels
        let count = Double(members * image.pixels)
        for group in 0..<image.groups {
            var sum = 0.0
            for block in 0..<image.blocks {
                let sums = partial + block * image.channels + group * members
                for member in 0..<members { sum += Double(sums[member]) }
            }
            let value = finish(sum / count)
            for member in 0..<members { target[group * members + member] = value }
        }
    }
}
