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

    func run(_ frame: Frame) {
        if isWide {
            bd_transpose_nchw_nhwc_32(
                frame.pointer(input, as: UInt32.self), frame.pointer(output, as: UInt32.self), Int64(images),
                Int64(rows),
                Int64(columns))
        } else {
            bd_transpose_nchw_nhwc_8(
                frame.pointer(input, as: UInt8.self), frame.pointer(output, as: UInt8.self), Int64(images), Int64(rows),
                Int64(columns))
        }
    }
}

/// Adds 128 modulo 256: signed codes become unsigned ones, and back.
struct SignStep: Step {
    var input: Location
    var output: Location
    var count: Int

    func run(_ frame: Frame) {
        let from = frame.pointer(input, as: UInt8.self)
        let to = frame.pointer(output, as: UInt8.self)
        for index in 0..<count { to[index] = from[index] ^ 0x80 }
    }
}

/// Copies an image into a larger one with a border.
struct PadStep: Step {
    var input: Location
    var output: Location
    var images: Int
    var height: Int
    var width: Int
    var channels: Int
    var elementBytes: Int
    /// top, left, bottom, right
    var pads: [Int]
    var fill: UInt8

    func run(_ frame: Frame) {
        let lines = images * (height + pads[0] + pads[2])
        frame.parallel(lines, grain: max(1, 16384 / max(1, width * channels * elementBytes))) { begin, end in
            bd_pad_nhwc(
                frame.pointer(input), frame.pointer(output), Int64(height), Int64(width), Int64(channels),
                Int64(elementBytes),
                Int64(pads[0]), Int64(pads[1]), Int64(pads[2]), Int64(pads[3]), fill, Int64(begin), Int64(end))
        }
    }
}

/// Copies a constant into the arena: an output of the graph that does not depend on its inputs.
struct ConstantStep: Step {
    var constant: Location
    var output: Location
    var count: Int

    func run(_ frame: Frame) {
        frame.pointer(output).copyMemory(from: frame.pointer(constant), byteCount: count)
    }
}
