import BitdepthTensors
import CBitdepthKernels

/// Images whose groups of channels are normalized, and where scale and bias of their channels lie.
struct NormalizedImages: Sendable {
    var images: Int
    var pixels: Int
    var channels: Int
    var groups: Int
    var epsilon: Float
    var isChannelsLast: Bool
    var scale: Location
    var bias: Location

    var groupChannels: Int { channels / groups }
    /// Planes of all images.
    var planes: Int { images * channels }
    /// Runs of pixels whose sums are formed by themselves, whatever the number of threads.
    var blocks: Int { (pixels + Int(BD_SUM_PIXELS) - 1) / Int(BD_SUM_PIXELS) }
    /// Chunks of channels of all blocks.
    var parts: Int { images * blocks * ((channels + Int(BD_COLUMNS) - 1) / Int(BD_COLUMNS)) }

    /// Floats of working memory: partial sums, then means, factors and summands of all planes.
    var scratchCount: Int { (blocks + 3) * planes }
}

/// Brings groups of channels to mean 0 and variance 1, then scales and shifts each channel.
///
/// The sums of a channel have one order, whichever way the image lies.
struct ChannelNormalizationStep: Step {
    var sums: @convention(c) (UnsafePointer<bd_channel_sums>?, Int64, Int64) -> Void
    var affine: @convention(c) (UnsafePointer<bd_affine>?, Int64, Int64) -> Void
    var image: NormalizedImages
    var input: Location
    var output: Location
    var scratch: Location

    func bind(to frame: Frame, _ calls: inout CallList) {
        let partial = frame.pointer(scratch, as: Float.self), means = partial + image.blocks * image.planes
        let factors = means + image.planes, summands = factors + image.planes
        let scale = frame.pointer(image.scale, as: Float.self), bias = frame.pointer(image.bias, as: Float.self)
        sum(shifts: nil, into: partial, frame, &calls)
        calls.alone { spread(partial, into: means) { Float($0) } }
        sum(shifts: means, into: partial, frame, &calls)
        calls.alone {
            spread(partial, into: factors) { 1 / (Float($0) + image.epsilon).squareRoot() }
            for plane in 0..<image.planes {
                let channel = plane % image.channels
                factors[plane] *= scale[channel]
                summands[plane] = bias[channel] - means[plane] * factors[plane]
            }
        }
        apply(factors, summands, frame, &calls)
    }

    /// Sums of each block of pixels, or of their squared deviations from `shifts`.
    private func sum(
        shifts: UnsafePointer<Float>?, into partial: UnsafeMutablePointer<Float>, _ frame: Frame,
        _ calls: inout CallList
    ) {
        let job = bd_channel_sums(
            input: frame.pointer(input, as: Float.self), shifts: shifts, sums: partial, pixels: Int64(image.pixels),
            channels: Int64(image.channels), is_channels_last: image.isChannelsLast)
        let elements = min(image.pixels, Int(BD_SUM_PIXELS)) * min(image.channels, Int(BD_COLUMNS))
        calls.split(image.parts, grain: max(1, 16_384 / elements), sums, job)
    }

    /// Makes the mean of each group's sums, and writes what `finish` makes of it to all its channels.
    private func spread(
        _ partial: UnsafeMutablePointer<Float>, into target: UnsafeMutablePointer<Float>, _ finish: (Double) -> Float
    ) {
        let members = image.groupChannels
        let count = Double(members * image.pixels)
        for group in 0..<image.images * image.groups {
            let first = group % image.groups * members
            var rows = partial + group / image.groups * image.blocks * image.channels + first
            var sum = 0.0
            for _ in 0..<image.blocks {
                for member in 0..<members { sum += Double(rows[member]) }
                rows += image.channels
            }
            let value = finish(sum / count)
            for member in 0..<members { target[group * members + member] = value }
        }
    }

    private func apply(
        _ factors: UnsafePointer<Float>, _ summands: UnsafePointer<Float>, _ frame: Frame, _ calls: inout CallList
    ) {
        let from = UnsafePointer(frame.pointer(input, as: Float.self)), to = frame.pointer(output, as: Float.self)
        guard image.isChannelsLast else {
            let job = bd_affine(
                input: from, scale: factors, bias: summands, output: to, columns: Int64(image.pixels),
                is_per_row: true)
            return calls.split(image.planes, grain: max(1, 16_384 / image.pixels), affine, job)
        }
        for index in 0..<image.images {
            let start = index * image.pixels * image.channels, plane = index * image.channels
            let job = bd_affine(
                input: from + start, scale: factors + plane, bias: summands + plane, output: to + start,
                columns: Int64(image.channels), is_per_row: false)
            calls.split(
                image.pixels, grain: max(1, 16_384 / image.channels), joinsNext: index + 1 < image.images, affine, job)
        }
    }
}
