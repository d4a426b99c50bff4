import BitdepthTensors
import Testing

@testable import BitdepthDataSources

@Suite("Resizing of images")
struct ImageResizingTests {
    private func row(_ bytes: [UInt8]) throws -> Image {
        try ImageFixtures.image(bytes, height: 1, width: bytes.count, channels: 1)
    }

    private func resized(_ bytes: [UInt8], to width: Int, _ filter: ResampleFilter) throws -> [UInt8] {
        try row(bytes).resized(height: 1, width: width, filter).pixels.array(of: UInt8.self)
    }

    @Test("A box is an average, rounded half up")
    func box() throws {
        #expect(try resized([10, 20, 30, 41], to: 2, .box) == [15, 36])
        #expect(try resized([0, 255], to: 4, .box) == [0, 0, 255, 255])
    }

    @Test("A bilinear filter reaches over its neighbours, and is widened where the image shrinks")
    func bilinear() throws {
        // Twice as wide: weights 3/4 and 1/4. Half as wide: the triangle covers four pixels: 1/8, 3/8, 3/8, 1/8 inside.
        #expect(try resized([0, 100], to: 4, .bilinear) == [0, 25, 75, 100])
        #expect(try resized([0, 0, 80, 80, 0, 0], to: 3, .bilinear) == [11, 60, 11])
    }

    @Test("Sharpening filters overshoot and are clipped to a byte")
    func clipping() throws {
        for filter in [ResampleFilter.bicubic, .lanczos] {
            let edge = try resized([0, 0, 0, 255, 255, 255], to: 12, filter)
            #expect(edge.min() == 0 && edge.max() == 255)
            // Sums of rounded weights may differ by one where the two sides meet.
            for (dark, light) in zip(edge, edge.reversed()) { #expect(abs(Int(dark) - (255 - Int(light))) <= 1) }
        }
    }

    /// From Pillow 12.3: `Image.fromarray(np.uint8([[0, 40, 250, 90, 7, 133, 61]])).resize((width, 1), filter)`.
    @Test(
        "Rows are those of Pillow",
        arguments: [
            (.box, [20, 116, 97]),
            (.box, [0, 0, 40, 250, 250, 90, 7, 7, 133, 61, 61]),
            (.bilinear, [71, 108, 80]),
            (.bilinear, [0, 18, 59, 193, 192, 90, 37, 41, 122, 94, 61]),
            (.hamming, [51, 108, 90]),
            (.hamming, [0, 16, 42, 230, 216, 90, 25, 19, 132, 89, 61]),
            (.bicubic, [70, 115, 75]),
            (.bicubic, [0, 6, 54, 215, 216, 90, 19, 32, 128, 98, 56]),
            (.lanczos, [74, 119, 67]),
            (.lanczos, [2, 0, 60, 220, 229, 90, 1, 37, 128, 103, 50]),
        ] as [(ResampleFilter, [UInt8])])
    func pillow(filter: ResampleFilter, expected: [UInt8]) throws {
        #expect(try resized([0, 40, 250, 90, 7, 133, 61], to: expected.count, filter) == expected)
    }

    @Test("An image of its own size is the same, and one value stays one value", arguments: ResampleFilter.allCases)
    func constant(filter: ResampleFilter) throws {
        let image = try ImageFixtures.image([UInt8](repeating: 200, count: 5 * 7 * 3), height: 5, width: 7, channels: 3)
        #expect(try image.resized(height: 5, width: 7, filter).pixels == image.pixels)
        for (height, width) in [(1, 1), (3, 11), (13, 2), (40, 30)] {
            let result = try image.resized(height: height, width: width, filter)
            #expect(try result.pixels.array(of: UInt8.self).allSatisfy { $0 == 200 })
        }
    }

    @Test("Sizes that are no size, or take more memory than any image needs, are errors")
    func limits() throws {
        let image = try row([1, 2, 3])
        for (height, width) in [(0, 1), (1, -1), (1 << 20, 1 << 20), (Int.max, Int.max)] {
            let error = #expect(throws: BitdepthError.self) {
                try image.resized(height: height, width: width, .bilinear)
            }
            #expect(error?.code == .limitExceeded)
        }
    }
}

@Suite("Colours and parts of images")
struct ImageColourTests {
    @Test("Gray is 0.299 R + 0.587 G + 0.114 B, RGB from gray is three times the same, BGR is turned around")
    func colours() throws {
        let image = try ImageFixtures.image(
            [255, 0, 0, 0, 255, 0, 0, 0, 255, 10, 20, 30], height: 2, width: 2, channels: 3)
        let gray = try image.colours(.gray, over: nil)
        #expect(try gray.pixels.array(of: UInt8.self) == [76, 150, 29, 18])
        #expect(
            try gray.colours(.rgb, over: nil).pixels.array(of: UInt8.self).prefix(6) == [76, 76, 76, 150, 150, 150])
        #expect(try image.colours(.bgr, over: nil).pixels.array(of: UInt8.self).suffix(3) == [30, 20, 10])
    }

    @Test("Transparent pixels show the background, or lose their alpha")
    func alpha() throws {
        let image = try ImageFixtures.image([100, 50, 0, 128, 100, 50, 0, 0], height: 1, width: 2, channels: 4)
        // 100 · 128/255 + 255 · 127/255 = 177.2, 50 · 128/255 + 127 = 152.1, 0 + 127.
        #expect(try image.colours(.rgb, over: [255]).pixels.array(of: UInt8.self) == [177, 152, 127, 255, 255, 255])
        #expect(try image.colours(.rgb, over: [0, 10, 20]).pixels.array(of: UInt8.self).suffix(3) == [0, 10, 20])
        #expect(try image.colours(.rgb, over: nil).pixels.array(of: UInt8.self).suffix(3) == [100, 50, 0])
        let gray = try ImageFixtures.image([100, 0, 100, 255], height: 1, width: 2, channels: 2)
        #expect(try gray.colours(.rgb, over: [9, 8, 7]).pixels.array(of: UInt8.self) == [9, 8, 7, 100, 100, 100])
    }

    @Test("The centre leaves even margins, odd ones are rounded to even; fractions round their margins down")
    func centre() throws {
        let image = try ImageFixtures.image((0..<30).map { UInt8($0) }, height: 5, width: 6, channels: 1)
        #expect(try image.centre(height: 1, width: 2).pixels.array(of: UInt8.self) == [14, 15])
        // (5 - 2) / 2 = 1.5 is 2, (6 - 1) / 2 = 2.5 is 2.
        #expect(try image.centre(height: 2, width: 1).pixels.array(of: UInt8.self) == [14, 20])
        let half = try image.centre(fraction: 0.5)
        #expect(half.height == 3 && half.width == 4)
        #expect(try half.pixels.array(of: UInt8.self).first == 7)
        #expect(throws: BitdepthError.self) { try image.centre(height: 6, width: 2) }
    }

    @Test("Planes follow each other for channels first, pixels for channels last")
    func layout() throws {
        let image = try ImageFixtures.image([1, 2, 3, 4, 5, 6], height: 1, width: 2, channels: 3)
        #expect(try image.tensor(.channelsFirst) == Tensor([1, 4, 2, 5, 3, 6] as [UInt8], shape: [1, 3, 1, 2]))
        #expect(try image.tensor(.channelsLast) == Tensor([1, 2, 3, 4, 5, 6] as [UInt8], shape: [1, 1, 2, 3]))
    }
}
