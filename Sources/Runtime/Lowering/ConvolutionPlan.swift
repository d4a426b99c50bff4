import BitdepthOperators
import BitdepthTensors

/// A convolution over one or two spatial axes, in the terms that channels-last kernels need. One axis is seen as a line.
struct ConvolutionPlan: Sendable, Hashable {
    var images: Int
    var channels: Int
    var outputs: Int
    var group: Int
    var input: Plane
    var output: Plane
    var kernel: Plane
    var strides: Plane
    var dilations: Plane
    /// top, left, bottom, right
    var pads: [Int]
    /// The border of the image in whose middle the result is written, as `pads`.
    var outputPads = [0, 0, 0, 0]

    struct Plane: Sendable, Hashable {
        var height: Int
        var width: Int
        var area: Int { height * width }
    }

    /// `nil` where the fast kernels do not apply: three spatial axes, negative pads, empty extents.
    init?(window: Window, group: Int, input: Shape, weight: Shape) {
        guard input.rank == 3 || input.rank == 4, weight.rank == input.rank, input.count > 0, weight.count > 0,
            let geometry = try? window.geometry(
                input: Array(input.dimensions[2...]), kernel: Array(weight.dimensions[2...])),
            !geometry.output.contains(0), (geometry.padsBegin + geometry.padsEnd).allSatisfy({ $0 >= 0 })
        else { return nil }
        func plane(_ extents: [Int], line: Int) -> Plane {
            extents.count == 1 ? Plane(height: line, width: extents[0]) : Plane(height: extents[0], width: extents[1])
        }
        images = input[0]
        channels = input[1]
        outputs = weight[0]
        self.group = group
        self.input = plane(geometry.input, line: 1)
        output = plane(geometry.output, line: 1)
        kernel = plane(geometry.kernel, line: 1)
        strides = plane(geometry.strides, line: 1)
        dilations = plane(geometry.dilations, line: 1)
        let begin = plane(geometry.padsBegin, line: 0)
        let end = plane(geometry.padsEnd, line: 0)
        pads = [begin.height, begin.width, end.height, end.width]
        // A stride that is never taken may be larger than the image.
        if output.height == 1 { strides.height = 1 }
        if output.width == 1 { strides.width = 1 }
        guard isAddressable else { return nil }
    }

    /// Whether no offset into the images, nor the number of products, overflows.
    var isAddressable: Bool {
        (try? Shape([images, padded.height, padded.width, channels])) != nil
            && (try? Shape([
                images, output.height, output.width, outputs, channelsPerGroup, kernel.height, kernel.width,
            ])) != nil
    }

    /// A convolution of stride 1 over an image that has its border already.
    init(
        images: Int, channels: Int, outputs: Int, group: Int, input: Plane, output: Plane, kernel: Plane,
        strides: Plane,
        dilations: Plane
    ) {
        self.images = images
        self.channels = channels
        self.outputs = outputs
        self.group = group
        self.input = input
        self.output = output
        self.kernel = kernel
        self.strides = strides
        self.dilations = dilations
        pads = [0, 0, 0, 0]
    }

    var isPadded: Bool { pads.contains { $0 > 0 } }
    var isDepthwise: Bool { group == channels && outputs == channels && channels > 1 }
    var padded: Plane { Plane(height: input.height + pads[0] + pads[2], width: input.width + pads[1] + pads[3]) }
    /// The output with its border.
    var target: Plane {
        Plane(
            height: output.height + outputPads[0] + outputPads[2], width: output.width + outputPads[1] + outputPads[3])
    }
    /// Elements from the beginning of the target to the first of the output.
    var targetOffset: Int { (outputPads[0] * target.width + outputPads[1]) * outputs }
    /// Where the pixels of the output lie.
    var targetStrides: SumShape.Strides {
        .init(image: target.area * outputs, line: target.width * outputs, pixel: outputs)
    }
    var channelsPerGroup: Int { channels / group }
    var outputsPerGroup: Int { outputs / group }
    var multiplyAccumulates: Int { images * output.area * outputs * channelsPerGroup * kernel.area }

    /// A 1×1 convolution that visits every pixel once, and leaves no border, is a matrix product over all pixels.
    private var isPixelwise: Bool { kernel.area == 1 && input == output && !isPadded && target == output }

    /// The sum that one group's kernel computes, over the padded image.
    var sum: SumShape {
        let line = padded.width * channels
        if isPixelwise {
            return SumShape(
                images: 1, height: 1, width: images * output.area,
                input: .init(image: 0, line: 0, pixel: channels), output: .init(image: 0, line: 0, pixel: outputs),
                segmentOffsets: [0], segmentLength: channelsPerGroup, columns: outputsPerGroup)
        }
        // Without groups and dilation the taps of a kernel row lie side by side: one segment.
        let isContiguous = group == 1 && (dilations.width == 1 || kernel.width == 1)
        var offsets: [Int] = []
        for y in 0..<kernel.height {
            for x in 0..<(isContiguous ? 1 : kernel.width) {
                offsets.append(y * dilations.height * line + x * dilations.width * channels)
            }
        }
        return SumShape(
            images: images, height: output.height, width: output.width,
            input: .init(image: padded.height * line, line: strides.height * line, pixel: strides.width * channels),
            output: targetStrides,
            segmentOffsets: offsets, segmentLength: channelsPerGroup * (isContiguous ? kernel.width : 1),
            columns: outputsPerGroup)
    }

    /// The weights of a group in the order of the sum's segments: `[columns][segments][length]`, from `[M, C/g, kh, kw]`.
    func arranged<Element>(_ weights: [Element], group index: Int) -> [Element] {
        let taps = kernel.area
        var arranged: [Element] = []
        arranged.reserveCapacity(outputsPerGroup * channelsPerGroup * taps)
        for column in 0..<outputsPerGroup {
            let base = (index * outputsPerGroup + column) * channelsPerGroup * taps
            for tap in 0..<taps {
                for channel in 0..<channelsPerGroup { arranged.append(weights[base + channel * taps + tap]) }
            }
        }
        return arranged
    }
}

/// `bd_sum_shape` in Swift: what pixels a sum produces and where its segments lie.
struct SumShape: Sendable, Hashable {
    struct Strides: Sendable, Hashable {
        var image: Int
        var line: Int
        var pixel: Int
    }

    var images: Int
    var height: Int
    var width: Int
    var input: Strides
    var output: Strides
    var segmentOffsets: [Int]
    var segmentLength: Int
    var columns: Int

    var pixels: Int { images * height * width }
    var depth: Int { segmentOffsets.count * segmentLength }

    /// The product of a `[rows, depth]` and a `[depth, columns]` matrix.
    static func matrix(rows: Int, depth: Int, columns: Int) -> SumShape {
        SumShape(
            images: 1, height: 1, width: rows, input: .init(image: 0, line: 0, pixel: depth),
            output: .init(image: 0, line: 0, pixel: columns), segmentOffsets: [0], segmentLength: depth,
            columns: columns)
    }
}
