import BitdepthFormats
import BitdepthTensors

/// How the samples of a WAV file are stored, and where: what its chunks `fmt `, `ds64` and `data` say.
///
/// RIFF, RF64 and BW64 files with linear PCM of 8, 16, 24 or 32 bits or IEEE floats of 32 or 64 bits, plain or as
/// WAVE_FORMAT_EXTENSIBLE. Source: Multimedia Programming Interface and Data Specifications 1.0; EBU Tech 3306 (RF64).
struct WaveFormat: Sendable, Hashable {
    /// A sample's number type; all are little-endian.
    enum Encoding: Sendable, Hashable { case unsigned8, signed16, signed24, signed32, float32, float64 }

    var encoding: Encoding
    var channels: Int
    /// Frames a second.
    var rate: Int
    /// Offset of the first frame in the file.
    var offset: Int
    /// Samples of each channel. A frame that the end of the data cuts is not counted.
    var frames: Int

    /// Frames a second that are read; what lies outside is no sound.
    static let rates = 1...768_000
    private static let mostChannels = 256
    /// So that products of frames and rates fit an integer.
    private static let mostFrames = 1 << 40
    private static let mostChunks = 4096

    var bytesPerFrame: Int { encoding.bytes * channels }

    static func matches(_ start: [UInt8]) -> Bool {
        ["RIFF", "RF64", "BW64"].contains { start.starts(with: $0.utf8) }
    }

    /// Reads the chunks up to the data; the data are not read.
    ///
    /// - Throws: ``BitdepthError/Code/malformedFile``, ``BitdepthError/Code/truncatedFile`` or
    ///   ``BitdepthError/Code/limitExceeded`` with the offset; ``BitdepthError/Code/unsupportedFormat`` for compressed sound.
    init(_ source: ByteSource) throws(BitdepthError) {
        var start = try source.reader(at: 0, count: min(12, source.count))
        let form = try start.bytes(4)
        try start.skip(4)
        guard WaveFormat.matches(form), try start.bytes(4).elementsEqual("WAVE".utf8) else {
            throw BitdepthError(
                .malformedFile, "the file does not begin as a WAV file", at: .init(file: source.path, offset: 0))
        }
        var position = 12
        var fields: Fields?
        var largeSize: UInt64?
        for _ in 0..<WaveFormat.mostChunks {
            var header = try source.reader(at: position, count: min(8, source.count - position))
            let name = try header.bytes(4)
            let size = try header.little(UInt32.self)
            position += 8
            if name.elementsEqual("data".utf8) {
                guard let fields else {
                    throw WaveFormat.malformed("the data come before their format", position, source)
                }
                let bytes = try WaveFormat.dataBytes(size, largeSize, position, source)
                self = try WaveFormat.checked(fields, bytes, position, source)
                return
            }
            if name.elementsEqual("fmt ".utf8) { fields = try Fields(source, at: position, size: size) }
            if name.elementsEqual("ds64".utf8) {
                var reader = try source.reader(at: position, count: min(16, source.count - position))
                try reader.skip(8)
                largeSize = try reader.little(UInt64.self)
            }
            // Chunks begin at even offsets.
            guard let next = Int(exactly: UInt64(position) + UInt64(size) + UInt64(size & 1)), next <= source.count
            else {
                throw BitdepthError(
                    .truncatedFile, "a chunk of \(size) bytes ends behind the file, and no data came before",
                    at: .init(file: source.path, offset: UInt64(position)))
            }
            position = next
        }
        throw BitdepthError(
            .limitExceeded, "no data in the first \(WaveFormat.mostChunks) chunks", at: .init(file: source.path))
    }

    private init(_ encoding: Encoding, channels: Int, rate: Int, offset: Int, frames: Int) {
        self.encoding = encoding
        self.channels = channels
        self.rate = rate
        self.offset = offset
        self.frames = frames
    }

    /// Programs that write to a pipe leave the size at 0xFFFFFFFF; the data then end with the file.
    private static func dataBytes(
        _ size: UInt32, _ largeSize: UInt64?, _ position: Int, _ source: ByteSource
    ) throws(BitdepthError) -> Int {
        let present = source.count - position
        if size == .max, largeSize == nil { return present }
        let announced = size == .max ? largeSize ?? UInt64(size) : UInt64(size)
        guard let bytes = Int(exactly: announced), bytes <= present else {
            throw BitdepthError(
                .truncatedFile, "\(announced) bytes of sound are announced, \(present) are there",
                at: .init(file: source.path, offset: UInt64(position)))
        }
        return bytes
    }

    private static func checked(
        _ fields: Fields, _ bytes: Int, _ position: Int, _ source: ByteSource
    ) throws(BitdepthError) -> WaveFormat {
        let (channels, rate) = (Int(fields.channels), Int(fields.rate))
        guard let encoding = Encoding(tag: fields.tag, bits: fields.bits) else {
            throw BitdepthError(
                .unsupportedFormat,
                "sound of format 0x\(String(fields.tag, radix: 16)) with \(fields.bits) bits; PCM of 8, 16, 24 and 32 bits and floats of 32 and 64 bits are read",
                at: .init(file: source.path))
        }
        guard (1...mostChannels).contains(channels), rates.contains(rate) else {
            throw malformed("\(channels) channels at \(rate) Hz", fields.offset, source)
        }
        guard Int(fields.blockBytes) == encoding.bytes * channels else {
            throw malformed(
                "a frame of \(channels) × \(fields.bits) bits is said to have \(fields.blockBytes) bytes",
                fields.offset,
                source)
        }
        let frames = bytes / (encoding.bytes * channels)
        guard frames <= mostFrames else {
            throw BitdepthError(
                .limitExceeded, "\(frames) frames; the limit is \(mostFrames)", at: .init(file: source.path))
        }
        return WaveFormat(encoding, channels: channels, rate: rate, offset: position, frames: frames)
    }

    private static func malformed(_ message: String, _ offset: Int, _ source: ByteSource) -> BitdepthError {
        BitdepthError(.malformedFile, message, at: .init(file: source.path, offset: UInt64(max(offset, 0))))
    }
}

extension WaveFormat {
    /// The chunk `fmt ` as it stands.
    fileprivate struct Fields {
        var tag: UInt16
        var channels: UInt16
        var rate: UInt32
        var blockBytes: UInt16
        var bits: UInt16
        var offset: Int

        private static let extensible: UInt16 = 0xFFFE

        init(_ source: ByteSource, at position: Int, size: UInt32) throws(BitdepthError) {
            let count = min(Int(size), 40, source.count - position)
            var reader = try source.reader(at: position, count: count)
            offset = position
            tag = try reader.little()
            channels = try reader.little()
            rate = try reader.little()
            try reader.skip(4)
            blockBytes = try reader.little()
            bits = try reader.little()
            if tag == Fields.extensible {
                // Size of the extension, valid bits, places of the loudspeakers; then a GUID that begins with the real tag.
                try reader.skip(8)
                tag = try reader.little()
            }
        }
    }
}
