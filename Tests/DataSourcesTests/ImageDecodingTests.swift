import BitdepthFormats
import BitdepthTensors
import Testing

@testable import BitdepthDataSources

@Suite("Decoding of images", .enabled(if: ImageDecoder.isAvailable, "built without the trait Images"))
struct ImageDecodingTests {
    @Test("Every kind of JPEG and PNG has the pixels that Pillow reads", arguments: ImageFixtures.names)
    func pixels(name: String) throws {
        let image = try ImageDecoder.read(ImageFixtures.path(name)).colours(.rgb, over: [255])
        #expect(try image.pixels == ImageFixtures.expected(name))
    }

    @Test("Files have the channels that they hold, palettes and CMYK are RGB")
    func channels() throws {
        let channels = try ImageFixtures.names.map { try ImageDecoder.read(ImageFixtures.path($0)).channels }
        #expect(channels == [3, 3, 1, 3, 3, 3, 1, 1, 3, 4, 2, 3, 3, 3])
    }

    @Test(
        "A file that is cut off anywhere is an error that names it",
        arguments: ["rgb.jpg", "rgba.png", "rgb-444-progressive.jpg"])
    func truncated(name: String) throws {
        let bytes = try ImageFixtures.bytes(name)
        for count in 0..<bytes.count {
            let error = #expect(throws: BitdepthError.self) {
                try ImageDecoder.decode(Array(bytes[..<count]), path: "cut")
            }
            let allowed: [BitdepthError.Code] = [.truncatedFile, .malformedFile, .unsupportedFormat, .limitExceeded]
            #expect(error.map { allowed.contains($0.code) && $0.place.file == "cut" } == true, "\(count) bytes")
        }
    }

    @Test("Damaged bytes give an image or an error, never anything worse", arguments: ImageFixtures.names)
    func damaged(name: String) throws {
        let bytes = try ImageFixtures.bytes(name)
        var generator = SeededGenerator(seed: UInt64(bytes.count))
        var failures = 0
        for _ in 0..<300 {
            var damaged = bytes
            for _ in 0..<3 {
                damaged[generator.next(below: damaged.count)] = UInt8(truncatingIfNeeded: generator.next())
            }
            var limits = Limits.standard
            limits.imagePixels = 1 << 20
            do throws(BitdepthError) {
                _ = try ImageDecoder.decode(damaged, path: "damaged", limits: limits)
            } catch { failures += 1 }
        }
        #expect(failures > 0)
    }

    @Test("More pixels than the limit, or than the bytes can hold, are refused before memory is taken")
    func bombs() throws {
        var limits = Limits.standard
        limits.imagePixels = 23 * 17 - 1
        for name in ["rgb.jpg", "rgb.png"] {
            let error = #expect(throws: BitdepthError.self) {
                try ImageDecoder.decode(try ImageFixtures.bytes(name), path: name, limits: limits)
            }
            #expect(error?.code == .limitExceeded && error?.message.contains("23×17") == true)
        }
        // 16,384 x 16,384 pixels are within the limit, but not within some hundred bytes.
        var jpeg = try ImageFixtures.bytes("gray.jpg")
        let frame = try #require(jpeg.indices.first { jpeg[$0] == 0xFF && jpeg[$0 + 1] == 0xC0 })
        jpeg.replaceSubrange(frame + 5..<frame + 9, with: [0x40, 0, 0x40, 0])
        var png = try ImageFixtures.bytes("gray.png")
        let header = ImageFixtures.big(16384) + ImageFixtures.big(16384) + [8, 0, 0, 0, 0]
        png.replaceSubrange(8..<33, with: ImageFixtures.chunk("IHDR", header))
        for bytes in [jpeg, png] {
            let error = #expect(throws: BitdepthError.self) { try ImageDecoder.decode(bytes, path: "bomb") }
            #expect(error?.code == .limitExceeded && error?.message.contains("too short") == true)
        }
    }

    @Test("Foreign files and 12-bit JPEG say what they are")
    func unsupported() throws {
        let gif = #expect(throws: BitdepthError.self) { try ImageDecoder.decode(Array("GIF89a".utf8), path: "a.gif") }
        #expect(gif?.code == .unsupportedFormat && gif?.message.contains("JPEG or PNG") == true)
        var jpeg = try ImageFixtures.bytes("gray.jpg")
        let frame = try #require(jpeg.indices.first { jpeg[$0] == 0xFF && jpeg[$0 + 1] == 0xC0 })
        jpeg[frame + 4] = 12
        let deep = #expect(throws: BitdepthError.self) { try ImageDecoder.decode(jpeg, path: "a.jpg") }
        #expect(deep?.code == .unsupportedFormat && deep?.message.contains("12") == true)
    }
}

@Suite("Orientation")
struct OrientationTests {
    /// The stored pixels 1 2 3 / 4 5 6, and what is seen for each of EXIF's numbers 1 ... 8.
    static let seen: [[[UInt8]]] = [
        [[1, 2, 3], [4, 5, 6]], [[3, 2, 1], [6, 5, 4]], [[6, 5, 4], [3, 2, 1]], [[4, 5, 6], [1, 2, 3]],
        [[1, 4], [2, 5], [3, 6]], [[4, 1], [5, 2], [6, 3]], [[6, 3], [5, 2], [4, 1]], [[3, 6], [2, 5], [1, 4]],
    ]

    @Test("Each of the eight orientations is turned upright", arguments: Orientation.allCases)
    func upright(orientation: Orientation) throws {
        let image = try ImageFixtures.image([1, 2, 3, 4, 5, 6], height: 2, width: 3, channels: 1)
        let rows = Self.seen[orientation.rawValue - 1]
        let result = try orientation.upright(image)
        #expect(result.height == rows.count && result.width == rows[0].count)
        #expect(try result.pixels.array(of: UInt8.self) == rows.flatMap { $0 })
    }

    @Test("It is found in JPEG and PNG, and nonsense means upright")
    func found() throws {
        #expect(EXIF.orientation(of: try ImageFixtures.bytes("turned.jpg"), .jpeg) == .turnedRight)
        #expect(EXIF.orientation(of: try ImageFixtures.bytes("turned.png"), .png) == .turnedLeft)
        #expect(EXIF.orientation(of: try ImageFixtures.bytes("rgb.png"), .png) == .upright)
        let bytes = try ImageFixtures.bytes("turned.jpg")
        for count in 0..<60 { _ = EXIF.orientation(of: Array(bytes[..<count]), .jpeg) }
        for position in 12..<60 {
            var damaged = bytes
            damaged[position] = 0xFF
            _ = EXIF.orientation(of: damaged, .jpeg)
        }
    }
}
