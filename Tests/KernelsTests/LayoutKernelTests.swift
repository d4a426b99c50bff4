import CBitdepthKernels
import Testing

@Suite("Layout kernels")
struct LayoutKernelTests {
    /// Element (n, p, c) of the result is element (n, c, p) of the input.
    private func transposed<Element>(_ input: [Element], images: Int, channels: Int, pixels: Int) -> [Element] {
        (0..<images * channels * pixels).map { index in
            let channel = index % channels, pixel = index / channels % pixels, image = index / channels / pixels
            return input[(image * channels + channel) * pixels + pixel]
        }
    }

    @Test("Transposing exchanges channels and pixels of every image", arguments: 0..<40)
    func transposes(seed: Int) {
        var numbers = SeededNumbers(seed: seed)
        let images = numbers.integer(1...3), pixels = numbers.integer(1...150)
        // Three channels have a way of their own.
        let channels = seed % 4 == 3 ? 3 : numbers.integer(1...70)
        let count = images * channels * pixels
        let shape = (Int64(images), Int64(channels), Int64(pixels))

        let bytes = numbers.bytes(count)
        var byteResult = [UInt8](repeating: 0, count: count)
        bd_transpose_nchw_nhwc_8(bytes, &byteResult, shape.0, shape.1, shape.2)
        let byteExpected = transposed(bytes, images: images, channels: channels, pixels: pixels)
        #expect(KernelChecks.firstDifference(byteResult, byteExpected) == nil)

        let words = (0..<count).map { _ in UInt32.random(in: 0...UInt32.max, using: &numbers) }
        var wordResult = [UInt32](repeating: 0, count: count)
        bd_transpose_nchw_nhwc_32(words, &wordResult, shape.0, shape.1, shape.2)
        let wordExpected = transposed(words, images: images, channels: channels, pixels: pixels)
        #expect(KernelChecks.firstDifference(wordResult, wordExpected) == nil)
    }

    @Test("Transposing nothing writes nothing", arguments: [(0, 3, 5), (2, 0, 5), (2, 3, 0)])
    func transposesNothing(images: Int64, channels: Int64, pixels: Int64) {
        var bytes: [UInt8] = [7], words: [UInt32] = [7]
        bd_transpose_nchw_nhwc_8([1], &bytes, images, channels, pixels)
        bd_transpose_nchw_nhwc_32([1], &words, images, channels, pixels)
        #expect(bytes == [7] && words == [7])
    }

    @Test("Padding surrounds every image, in any ranges of lines", arguments: 0..<40)
    func pads(seed: Int) {
        var numbers = SeededNumbers(seed: seed)
        let images = numbers.integer(1...3), height = numbers.integer(1...4), width = numbers.integer(1...5)
        let channels = numbers.integer(1...9), elementBytes = numbers.integer(0...1) == 0 ? 1 : 4
        let top = numbers.integer(0...2), left = numbers.integer(0...2)
        let bottom = numbers.integer(0...2), right = numbers.integer(0...2)
        let fill = UInt8(numbers.integer(0...255))
        let pixel = channels * elementBytes
        let input = numbers.bytes(images * height * width * pixel)

        let paddedHeight = top + height + bottom, paddedWidth = left + width + right
        let lines = images * paddedHeight
        let expected = (0..<lines * paddedWidth * pixel).map { index in
            let x = index / pixel % paddedWidth - left
            let line = index / pixel / paddedWidth
            let y = line % paddedHeight - top
            guard (0..<width).contains(x), (0..<height).contains(y) else { return elementBytes == 1 ? fill : 0 }
            return input[((line / paddedHeight * height + y) * width + x) * pixel + index % pixel]
        }

        var result = [UInt8](repeating: 99, count: expected.count)
        let bounds = numbers.cuts(lines).sorted()
        for (begin, end) in zip(bounds, bounds.dropFirst()) {
            bd_pad_nhwc(
                input, &result, Int64(height), Int64(width), Int64(channels), Int64(elementBytes), Int64(top),
                Int64(left), Int64(bottom), Int64(right), fill, Int64(begin), Int64(end))
        }
        #expect(KernelChecks.firstDifference(result, expected) == nil)
        // The border alone leaves what the image holds.
        var bordered = expected
        for (begin, end) in zip(bounds, bounds.dropFirst()) {
            bd_border_nhwc(
                &bordered, Int64(height), Int64(width), Int64(channels), Int64(elementBytes), Int64(top), Int64(left),
                Int64(bottom), Int64(right), fill, Int64(begin), Int64(end))
        }
        #expect(KernelChecks.firstDifference(bordered, expected) == nil)
        bordered = [UInt8](repeating: 99, count: expected.count)
        bd_border_nhwc(
            &bordered, Int64(height), Int64(width), Int64(channels), Int64(elementBytes), Int64(top), Int64(left),
            Int64(bottom), Int64(right), fill, 0, Int64(lines))
        let inner = images * height * width * channels * elementBytes
        #expect(zip(bordered, expected).count { $0 != $1 } <= inner)
        #expect(bordered.count { $0 == 99 } >= inner)
    }
}
