import BitdepthFormats
import BitdepthTensors
import CBitdepthImages

/// JPEG and PNG files: which kind a file is, and its pixels.
public enum ImageDecoder {
    /// Whether images can be read: the package was built with its trait Images.
    public static var isAvailable: Bool { bd_images_available() != 0 }

    /// The error of a build that reads none.
    static var unavailable: BitdepthError {
        BitdepthError(
            .unsupportedFormat, "this build reads no images: it was made without the package trait Images",
            help: ["build it with the default traits, or give the data as .npy"])
    }

    /// Endings of image files, lower case.
    static let endings = [".jpg", ".jpeg", ".jpe", ".png"]

    private static let kinds: [(start: [UInt8], kind: Kind)] = [
        ([0xFF, 0xD8, 0xFF], .jpeg), ([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], .png),
    ]

    enum Kind { case jpeg, png }

    /// What a file that begins with these bytes is; `nil` for no image.
    static func kind(_ start: [UInt8]) -> Kind? { kinds.first { start.starts(with: $0.start) }?.kind }

    /// The image of the file at `path`, upright.
    ///
    /// Orientation is that of the file's EXIF data. Colours are as in the file: profiles and gamma are not applied, palettes
    /// become RGB, CMYK becomes RGB, 16 bits become 8 by dropping the lower ones.
    ///
    /// - Throws: ``BitdepthError/Code/malformedFile`` or ``BitdepthError/Code/truncatedFile`` for damage anywhere in the file;
    ///   ``BitdepthError/Code/limitExceeded`` for more pixels than the limit or than the bytes can hold, before any memory is
    ///   taken for them; ``BitdepthError/Code/unsupportedFormat``.
    public static func read(_ path: String, limits: Limits = .standard) throws(BitdepthError) -> Image {
        let source = try ByteSource.open(path)
        return try decode(try source.bytes(at: 0, count: source.count), path: path, limits: limits)
    }

    /// The image that the bytes of a file hold.
    public static func decode(_ bytes: [UInt8], path: String, limits: Limits = .standard) throws(BitdepthError) -> Image
    {
        guard let kind = kind(bytes) else {
            throw BitdepthError(
                .unsupportedFormat, "the file is no image: expected JPEG or PNG", at: .init(file: path))
        }
        return try locating(.init(file: path)) { () throws(BitdepthError) in
            let image = try pixels(bytes, kind, limits)
            return try EXIF.orientation(of: bytes, kind).upright(image)
        }
    }

    private static func pixels(_ bytes: [UInt8], _ kind: Kind, _ limits: Limits) throws(BitdepthError) -> Image {
        let facts = try read(bytes, kind, limits, into: nil)
        let (height, width, channels) = (Int(facts.height), Int(facts.width), Int(facts.channels))
        return try Image(height: height, width: width, channels: channels) { target throws(BitdepthError) in
            _ = try read(bytes, kind, limits, into: target.bindMemory(to: UInt8.self).baseAddress)
        }
    }

    private static func read(
        _ bytes: [UInt8], _ kind: Kind, _ limits: Limits, into pixels: UnsafeMutablePointer<UInt8>?
    ) throws(BitdepthError) -> bd_image {
        var image = bd_image()
        let most = UInt64(max(limits.imagePixels, 0))
        let code = bytes.withUnsafeBytes { file in
            switch kind {
            case .jpeg: bd_jpeg_read(file.baseAddress, file.count, most, &image, pixels)
            case .png: bd_png_read(file.baseAddress, file.count, most, &image, pixels)
            }
        }
        guard code == BD_IMAGE_DONE.value else { throw failure(code, image, kind, limits) }
        return image
    }

    private static func failure(_ code: Int32, _ image: bd_image, _ kind: Kind, _ limits: Limits) -> BitdepthError {
        let message = withUnsafeBytes(of: image.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        let name = kind == .jpeg ? "JPEG" : "PNG"
        let size = "\(image.width)×\(image.height)"
        switch code {
        case BD_IMAGE_TRUNCATED.value: return BitdepthError(.truncatedFile, "the \(name) file is cut off: \(message)")
        case BD_IMAGE_UNSUPPORTED.value:
            return BitdepthError(.unsupportedFormat, "the \(name) file is of a kind that is not read: \(message)")
        case BD_IMAGE_TOO_LARGE.value:
            return BitdepthError(
                .limitExceeded,
                "\(message): \(size) pixels in the header, the limit imagePixels is \(limits.imagePixels)")
        case BD_IMAGE_NO_MEMORY.value:
            return BitdepthError(.outOfMemory, "memory for decoding \(size) pixels could not be had")
        case BD_IMAGE_UNAVAILABLE.value: return unavailable
        default: return BitdepthError(.malformedFile, "the \(name) file is damaged: \(message)")
        }
    }
}

/// C's enumerations come as unsigned numbers here and as plain ones there.
extension RawRepresentable where RawValue: BinaryInteger {
    fileprivate var value: Int32 { Int32(truncatingIfNeeded: rawValue) }
}

extension BinaryInteger {
    fileprivate var value: Int32 { Int32(truncatingIfNeeded: self) }
}
