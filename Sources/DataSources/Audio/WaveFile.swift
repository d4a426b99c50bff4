import BitdepthFormats
import BitdepthTensors

/// A WAV file whose frames are read when they are asked for.
struct WaveFile: Sendable {
    let format: WaveFormat
    private let source: ByteSource

    init(_ source: ByteSource) throws(BitdepthError) {
        self.source = source
        format = try WaveFormat(source)
    }

    /// Frames brought to a number of channels, one list each: one channel is the mean of all, and one is copied to many.
    ///
    /// - Parameter frames: Within 0 ..< `format.frames`.
    /// - Throws: ``BitdepthError/Code/badData`` for other numbers of channels.
    func read(_ frames: Range<Int>, channels: Int) throws(BitdepthError) -> [[Double]] {
        guard channels == format.channels || channels == 1 || format.channels == 1 else {
            throw BitdepthError(
                .badData, "the file has \(format.channels) channels, the model takes \(channels)",
                at: .init(file: source.path))
        }
        guard frames.lowerBound >= 0, frames.upperBound <= format.frames else {
            throw BitdepthError(.badData, "frames \(frames) of \(format.frames)", at: .init(file: source.path))
        }
        let bytes = try source.bytes(
            at: format.offset + frames.lowerBound * format.bytesPerFrame, count: frames.count * format.bytesPerFrame)
        let values = WaveFile.values(bytes, format.encoding)
        if channels == format.channels {
            return (0..<channels).map { channel in
                stride(from: channel, to: values.count, by: channels).map { values[$0] }
            }
        }
        let mono = stride(from: 0, to: values.count, by: format.channels).map { start in
            values[start..<start + format.channels].reduce(0, +) / Double(format.channels)
        }
        return [[Double]](repeating: mono, count: channels)
    }

    private static func values(_ bytes: [UInt8], _ encoding: WaveFormat.Encoding) -> [Double] {
        let width = encoding.bytes
        return stride(from: 0, to: bytes.count / width * width, by: width).map { start in
            var bits: UInt64 = 0
            for index in 0..<width { bits |= UInt64(bytes[start + index]) << UInt64(8 * index) }
            return encoding.value(bits)
        }
    }
}
