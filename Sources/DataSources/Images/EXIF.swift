import BitdepthFormats
import BitdepthTensors

/// The EXIF data of an image file, of which only the orientation is looked for. What cannot be understood is as if absent.
///
/// Source: Exif 2.32, section 4.6 (a TIFF header and its first directory); PNG third edition, section 11.3.4.7 (eXIf).
enum EXIF {
    private static let orientationTag: UInt16 = 274
    private static let shortType: UInt16 = 3

    static func orientation(of bytes: [UInt8], _ kind: ImageDecoder.Kind) -> Orientation {
        let block =
            switch kind {
            case .jpeg: try? jpegBlock(ByteReader(bytes, path: ""))
            case .png: try? pngBlock(ByteReader(bytes, path: ""))
            }
        guard let block, let number = try? orientation(inTIFF: block) else { return .upright }
        return Orientation(rawValue: number) ?? .upright
    }

    /// What follows "Exif\0\0" in the first segment of that kind, before the pixels.
    private static func jpegBlock(_ reader: consuming ByteReader) throws(BitdepthError) -> [UInt8]? {
        let header = Array("Exif\0\0".utf8)
        try reader.skip(2)
        while true {
            guard try reader.byte() == 0xFF else { return nil }
            // A marker may have fill bytes before it.
            var marker = try reader.byte()
            while marker == 0xFF { marker = try reader.byte() }
            let isPixels = marker == 0xDA || marker == 0xD9
            let count = Int(try reader.big(UInt16.self)) - 2
            guard !isPixels, count >= 0 else { return nil }
            let segment = try reader.bytes(count)
            if marker == 0xE1, segment.starts(with: header) { return Array(segment.dropFirst(header.count)) }
        }
    }

    /// The first chunk eXIf, wherever it stands.
    private static func pngBlock(_ reader: consuming ByteReader) throws(BitdepthError) -> [UInt8]? {
        try reader.skip(8)
        while reader.remaining > 0 {
            let count = Int(try reader.big(UInt32.self))
            let type = try reader.bytes(4)
            if type == Array("eXIf".utf8) { return try reader.bytes(count) }
            try reader.skip(count)
            try reader.skip(4)
        }
        return nil
    }

    private static func orientation(inTIFF block: [UInt8]) throws(BitdepthError) -> Int? {
        let isLittle = block.starts(with: [0x49, 0x49, 42, 0])
        guard isLittle || block.starts(with: [0x4D, 0x4D, 0, 42]) else { return nil }
        func short(_ reader: inout ByteReader) throws(BitdepthError) -> UInt16 {
            isLittle ? try reader.little() : try reader.big()
        }
        func long(_ reader: inout ByteReader) throws(BitdepthError) -> UInt32 {
            isLittle ? try reader.little() : try reader.big()
        }
        var reader = ByteReader(block, path: "")
        try reader.skip(4)
        let offset = Int(try long(&reader))
        try reader.skip(offset - 8)
        for _ in 0..<(try short(&reader)) {
            let (tag, type) = (try short(&reader), try short(&reader))
            try reader.skip(4)
            let value = try short(&reader)
            try reader.skip(2)
            if tag == orientationTag { return type == shortType ? Int(value) : nil }
        }
        return nil
    }
}
