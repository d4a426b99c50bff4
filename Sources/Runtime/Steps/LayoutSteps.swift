import BitdepthTensors
import CBitdepthKernels

/// Swaps the two inner axes of `[images, rows, columns]`.
struct LayoutStep: Step {
    var input: Location
    var output: Location
    var images: Int
    var rows: Int
    var columns: Int
    var isWide: Bool

    func bind(to frame: Frame, _ calls: inout CallList) {
        let (rows, columns) = (rows, columns)
        let size = rows * columns
        let grain = max(1, 16_384 / max(1, size))
        if isWide {
            let from = frame.pointer(input, as: UInt32.self), to = frame.pointer(output, as: UInt32.self)
            calls.split(images, grain: grain) { begin, end in
                bd_transpose_nchw_nhwc_32(
                    from + begin * size, to + begin * size, Int64(end - begin), Int64(rows), Int64(columns))
            }
        } else {
            let from = frame.pointer(input, as: UInt8.self), to = frame.pointer(output, as: UInt8.self)
            calls.split(images, grain: grain) { begin, end in
                bd_transpose_nchw_nhwc_8(
                    from + begin * size, to + begin * size, Int64(end - begin), Int64(rows), Int64(columns))
            }
        }
    }
}

/// Adds 128 modulo 256: signed codes become unsigned ones, and back.
struct SignStep: Step {
    var input: Location
    var output: Location
    var count: Int

    func bind(to frame: Frame, _ calls: inout CallList) {
        let from = frame.pointer(input, as: UInt8.self)
        let to = frame.pointer(output, as: UInt8.self)
        calls.split(count, grain: 65_536) { begin, end in
            for index in begin..<end { to[index] = from[index] ^ 0x80 }
        }
    }
}

/// The border of an image in memory, and the image in its middle.
struct BorderedImage: Sendable {
    var images: Int
    var height: Int
    var width: Int
    var channels: Int
    var elementBytes: Int
    var border: Border

    private var pads: [Int] { border.pads }
    var lineBytes: Int { (width + pads[1] + pads[3]) * channels * elementBytes }
    var imageBytes: Int { (height + pads[0] + pads[2]) * lineBytes }
    /// Where the image within the border begins.
    var offset: Int { pads[0] * lineBytes + pads[1] * channels * elementBytes }
    fileprivate var lines: Int { images * (height + pads[0] + pads[2]) }
    fileprivate var grain: Int { max(1, 16384 / max(1, width * channels * elementBytes)) }
    var bytes: Int { images * imageBytes }

    fileprivate func fill(_ image: UnsafeMutableRawPointer, _ begin: Int, _ end: Int) {
        bd_border_nhwc(
            image, Int64(height), Int64(width), Int64(channels), Int64(elementBytes), Int64(pads[0]), Int64(pads[1]),
            Int64(pads[2]), Int64(pads[3]), border.fill, Int64(begin), Int64(end))
    }

    fileprivate func copy(_ input: UnsafeRawPointer, _ output: UnsafeMutableRawPointer, _ begin: Int, _ end: Int) {
        bd_pad_nhwc(
            input, output, Int64(height), Int64(width), Int64(channels), Int64(elementBytes), Int64(pads[0]),
            Int64(pads[1]), Int64(pads[2]), Int64(pads[3]), border.fill, Int64(begin), Int64(end))
    }
}

/// Copies an image into a larger one with a border.
struct PadStep: Step {
    var input: Location
    var output: Location
    var image: BorderedImage
    /// A code in the arena that the border gets instead of the image's own.
    var fill: Location?

    func bind(to frame: Frame, _ calls: inout CallList) {
        let image = image
        let from = frame.pointer(input), to = frame.pointer(output)
        let fill = fill.map { frame.pointer($0, as: UInt8.self) }
        calls.split(image.lines, grain: image.grain) { begin, end in
            var image = image
            if let fill { image.border.fill = fill[0] }
            image.copy(from, to, begin, end)
        }
    }
}

/// Fills the border around an image that another step writes.
struct BorderStep: Step {
    var output: Location
    var image: BorderedImage

    func bind(to frame: Frame, _ calls: inout CallList) {
        let image = image
        let target = frame.pointer(output)
        // The next step writes the image itself.
        calls.split(image.lines, grain: .max, joinsNext: true) { begin, end in image.fill(target, begin, end) }
    }
}

/// Copies a constant into the arena: an output of the graph that does not depend on its inputs.
struct ConstantStep: Step {
    var constant: Location
    var output: Location
    var count: Int

    func bind(to frame: Frame, _ calls: inout CallList) {
        let from = frame.pointer(constant), to = frame.pointer(output), count = count
        calls.alone { to.copyMemory(from: from, byteCount: count) }
    }
}
