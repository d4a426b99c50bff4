import BitdepthFormats
import BitdepthTensors
import FoundationEssentials

@testable import BitdepthDataSources

/// The files of Tests/Fixtures/images, made by Pillow, and what Pillow reads from them.
enum ImageFixtures {
    static let folder =
        #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(2).joined(separator: "/")
        + "/Fixtures/images"
    static let names = [
        "rgb.jpg", "rgb-444-progressive.jpg", "gray.jpg", "cmyk.jpg", "turned.jpg", "rgb.png", "gray.png", "bits.png",
        "palette.png", "rgba.png", "gray-alpha.png", "rgb-16.png", "rgb-interlaced.png", "turned.png",
    ]

    static func path(_ name: String) -> String { folder + "/" + name }

    static func bytes(_ name: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(filePath: path(name)))) }

    /// RGB, `[height, width, 3]`, transparent pixels over white.
    static func expected(_ name: String) throws -> Tensor? {
        let archive = try NumPy.readArchive(try ByteSource.open(path("expected.npz")))
        return archive.first { $0.key == name }?.value
    }

    /// An image of these bytes, row by row.
    static func image(_ bytes: [UInt8], height: Int, width: Int, channels: Int) throws -> Image {
        try Image(try Tensor(bytes, shape: [height, width, channels]))
    }

    /// A PNG file, stored without compression, of one gray value.
    static func png(gray: UInt8, height: Int = 2, width: Int = 2) -> [UInt8] {
        let rows = [[UInt8]](repeating: [0] + [UInt8](repeating: gray, count: width), count: height).flatMap { $0 }
        let length = UInt16(rows.count)
        let stored = [0x78, 1, 1] + little(length) + little(~length) + rows + big(adler(rows))
        return [0x89, 0x50, 0x4E, 0x47, 13, 10, 26, 10]
            + chunk("IHDR", big(UInt32(width)) + big(UInt32(height)) + [8, 0, 0, 0, 0]) + chunk("IDAT", stored)
            + chunk("IEND", [])
    }

    /// A PNG chunk with its CRC.
    static func chunk(_ type: String, _ data: [UInt8]) -> [UInt8] {
        let body = Array(type.utf8) + data
        var crc: UInt32 = .max
        for byte in body {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc >> 1 ^ (crc & 1 == 1 ? 0xEDB8_8320 : 0) }
        }
        return big(UInt32(data.count)) + body + big(~crc)
    }

    static func big(_ number: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: number >> (24 - 8 * $0)) } }
    private static func little(_ number: UInt16) -> [UInt8] { [UInt8(number & 255), UInt8(number >> 8)] }

    private static func adler(_ bytes: [UInt8]) -> UInt32 {
        var (a, b) = (UInt32(1), UInt32(0))
        for byte in bytes {
            a = (a + UInt32(byte)) % 65521
            b = (b + a) % 65521
        }
        return b << 16 | a
    }
}
