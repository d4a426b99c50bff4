import BitdepthGraphs
import BitdepthTensors
import Testing

@testable import BitdepthOperators

@Suite("Regions, boxes and places") struct VisionTests {
    /// 0 … 15 in four rows.
    private let square: Tensor

    init() throws { square = try .floats((0..<16).map(Float.init), [1, 1, 4, 4]) }

    @Test("A region of whole elements has the mean of its elements")
    func roiAlign() throws {
        // Half a pixel to the left: the samples lie on the centers of the elements 0 … 1.
        let rois = try Tensor.floats([0, 0, 2, 2, 1, 2, 3, 4], [2, 4])
        let y = try OneNode("RoiAlign")(square, rois, try .ints([0, 0]))
        #expect(y.shape.dimensions == [2, 1, 1, 1])
        #expect(try y.floats() == [2.5, 11.5])
        let bins = OneNode("RoiAlign", [("output_height", .int(2)), ("output_width", .int(2))])
        #expect(try bins(square, rois, try .ints([0, 0])).floats() == [0, 1, 4, 5, 9, 10, 13, 14])
    }

    @Test("Version 10 did not shift by half a pixel and held regions to the size of one element at least")
    func roiAlignUpgrade() throws {
        let rois = try Tensor.floats([1, 1, 1, 1], [1, 4])
        let node = OneNode("RoiAlign", [("sampling_ratio", .int(1))])
        let old = try node.evaluate([square, rois, try .ints([0])], opset: 10)["output0"]
        // The one sample lies at (1.5, 1.5).
        #expect(try old?.floats() == [7.5])
        #expect(try node(square, rois, try .ints([0])).floats() == [2.5])
    }

    @Test("Nothing lies further than one element outside, the outermost element in between")
    func roiAlignOutside() throws {
        let node = OneNode("RoiAlign", [("sampling_ratio", .int(1))])
        let rois = try Tensor.floats([-1, 0, 1, 1, -4, 0, -2, 1, 3.75, 3, 4.75, 4], [3, 4])
        #expect(try node(square, rois, try .ints([0, 0, 0])).floats() == [0, 0, 15])
    }

    @Test("How many samples a bin has, and whether one lies outside, is decided in FP32")
    func roiAlignRounding() throws {
        let scale: (String, Attribute) = ("spatial_scale", .float(0.1))
        // In FP32 35 · 0.1 is 3.5 and the sample lies at 4, which still counts; in FP64 it lies beyond.
        let one = OneNode("RoiAlign", [scale, ("coordinate_transformation_mode", .text("output_half_pixel"))])
        #expect(try one(square, try .floats([35, 0, 45, 0], [1, 4]), try .ints([0])).floats() == [5])
        // In FP32 30 · 0.1 is 3, three bins of one sample; in FP64 each has two, those of the first bin not about 0.
        let bins = OneNode("RoiAlign", [scale, ("output_height", .int(3)), ("output_width", .int(3))])
        let y = try bins(square, try .floats([0, 0, 30, 30], [1, 4]), try .ints([0]))
        #expect(try y.floats() == [0, 1, 2, 4, 5, 6, 8, 9, 10])
    }

    @Test("The maximum of a region is that of the weighted elements about its samples")
    func roiAlignMaximum() throws {
        let node = OneNode("RoiAlign", [("mode", .text("max")), ("sampling_ratio", .int(1))])
        // The sample lies at (1, 0.5): elements 1, 5 each count half.
        #expect(try node(square, try .floats([1, 0.5, 2, 1.5], [1, 4]), try .ints([0])).floats() == [2.5])
    }

    @Test("Bins of a region of whole elements overlap where they share one")
    func maxRoiPool() throws {
        let rois = try Tensor.floats([0, 0, 0, 2, 2, 0, 3, 3, 9, 9], [2, 5])
        let y = try OneNode("MaxRoiPool", [("pooled_shape", .ints([2, 2]))])(square, rois)
        #expect(y.shape.dimensions == [2, 1, 2, 2])
        // The second region reaches from element 3 to 9: only its first bin lies in the image.
        #expect(try y.floats() == [5, 6, 9, 10, 15, 0, 0, 0])
        let scaled = OneNode("MaxRoiPool", [("pooled_shape", .ints([1, 1])), ("spatial_scale", .float(0.5))])
        #expect(try scaled(square, try .floats([0, 0, 0, 5, 2], [1, 5])).floats() == [7])
    }

    private func selected(
        _ boxes: [Float], _ scores: [Float], classes: Int = 1, limit: Int = 10, overlap: Float = 0.5,
        lowest: Float? = nil, centered: Int = 0
    ) throws -> [[Int]] {
        let count = boxes.count / 4
        let y = try OneNode("NonMaxSuppression", [("center_point_box", .int(centered))])(
            try .floats(boxes, [1, count, 4]), try .floats(scores, [1, classes, count]), try .ints([limit]),
            try .floats([overlap], []), try lowest.map { try .floats([$0]) })
        let values = try y.integers()
        return stride(from: 0, to: values.count, by: 3).map { Array(values[$0..<$0 + 3]) }
    }

    /// Three boxes: the second overlaps the first by a third of both, the third lies apart.
    private let boxes: [Float] = [0, 0, 2, 2, 0, 1, 2, 3, 5, 5, 6, 6]

    @Test("Boxes come by descending score, without those that overlap a better one by more than the threshold")
    func suppression() throws {
        #expect(try selected(boxes, [0.5, 0.9, 0.7], overlap: 0.3) == [[0, 0, 1], [0, 0, 2]])
        #expect(try selected(boxes, [0.5, 0.9, 0.7], overlap: 0.34) == [[0, 0, 1], [0, 0, 2], [0, 0, 0]])
        #expect(
            try selected(boxes, [0.5, 0.5, 0.5], overlap: 0.3) == [[0, 0, 0], [0, 0, 2]], "the earlier of equal ones")
    }

    @Test("An overlap of the threshold itself does not suppress")
    func overlapOfThreshold() throws {
        let halves: [Float] = [0, 0, 1, 2, 0, 0, 1, 1]
        #expect(try selected(halves, [2, 1], overlap: 0.5).count == 2)
        #expect(try selected(halves, [2, 1], overlap: 0.4999).count == 1)
    }

    @Test("Limits hold for each class, low scores are left out, and corners may be given in any order")
    func limits() throws {
        let scores: [Float] = [0.5, 0.9, 0.7, 3, 2, 1]
        #expect(try selected(boxes, scores, classes: 2, limit: 1) == [[0, 0, 1], [0, 1, 0]])
        #expect(
            try selected(boxes, scores, classes: 2, lowest: 0.7) == [[0, 0, 1], [0, 1, 0], [0, 1, 1], [0, 1, 2]])
        #expect(try selected(boxes, scores, classes: 2, limit: 0).isEmpty)
        #expect(try selected(boxes, scores, classes: 2, limit: -1).isEmpty)
        let flipped: [Float] = [2, 2, 0, 0, 2, 1, 0, 3, 6, 5, 5, 6]
        #expect(try selected(flipped, [0.5, 0.9, 0.7], overlap: 0.3) == [[0, 0, 1], [0, 0, 2]])
    }

    @Test("Boxes may be given by center and size; boxes without area suppress nothing")
    func centers() throws {
        let centered: [Float] = [1, 1, 2, 2, 2, 1, 2, 2, 5.5, 5.5, 1, 1]
        #expect(try selected(centered, [0.5, 0.9, 0.7], overlap: 0.3, centered: 1) == [[0, 0, 1], [0, 0, 2]])
        #expect(try selected([0, 0, 0, 0, 0, 0, 0, 0], [1, 2], overlap: 0).count == 2)
    }

    @Test("Nothing is selected where no limit is given, and how many are is not known before")
    func unlimited() throws {
        let node = OneNode("NonMaxSuppression")
        let y = try node(try .floats(boxes, [1, 3, 4]), try .floats([1, 2, 3], [1, 1, 3]))
        #expect(y.shape.dimensions == [0, 3])
        let facts = try node.infer([Fact(.float32, PartialShape.unknown), Fact(.float32, PartialShape.unknown)])
        #expect(facts[0].dimensions == [.unknown, .known(3)])
    }

    @Test(
        "An odd element falls to the end",
        arguments: [
            (4, 1, [1]), (4, 2, [1, 2]), (5, 2, [1, 2]), (3, 6, [0, 0, 1, 2, 0, 0]), (2, 4, [0, 0, 1, 0]),
            (3, 3, [0, 1, 2]),
        ])
    func center(from: Int, to: Int, expected: [Int]) throws {
        let x = try Tensor.ints(Array(0..<from), [from, 1], .int8)
        let y = try OneNode("CenterCropPad", [("axes", .ints([-2]))])(x, try .ints([to]))
        // One zero comes before 0 where three become six.
        #expect(try y.integers() == expected)
        #expect(y.shape.dimensions == [to, 1])
    }

    @Test("All axes are meant where none are named")
    func centerAll() throws {
        let y = try OneNode("CenterCropPad")(square, try .ints([1, 1, 2, 6]))
        #expect(try y.floats() == [0, 4, 5, 6, 7, 0, 0, 8, 9, 10, 11, 0])
        let facts = try OneNode("CenterCropPad", [("axes", .ints([3]))]).infer([
            Fact(constant: square), Fact(.int64, PartialShape([.known(1)])),
        ])
        #expect(facts[0].dimensions == [.known(1), .known(1), .known(4), .unknown])
    }

    @Test("Elements that blocks share are added up")
    func columns() throws {
        // Four blocks of ones, 2 by 2, over a square of 3.
        let ones = try Tensor.floats([Float](repeating: 1, count: 16), [1, 4, 4])
        let y = try OneNode("Col2Im")(ones, try .ints([3, 3]), try .ints([2, 2]))
        #expect(try y.floats() == [1, 2, 1, 2, 4, 2, 1, 2, 1])
        #expect(y.shape.dimensions == [1, 1, 3, 3])
    }

    @Test("Columns put blocks back where windows of a convolution took them, channel by channel")
    func columnsApart() throws {
        // Two channels, blocks of 1 by 2 with a gap, two of them on a row of 4 with one element of padding before.
        let columns = try Tensor.ints([1, 2, 3, 4, 5, 6, 7, 8], [1, 4, 2], .int32)
        let node = OneNode(
            "Col2Im",
            [("pads", .ints([0, 1, 0, 0])), ("strides", .ints([1, 2])), ("dilations", .ints([1, 2]))])
        let y = try node(columns, try .ints([1, 4]), try .ints([1, 2]))
        // Blocks begin at -1 and 1: elements (-1, 1) and (1, 3).
        #expect(y == (try .ints([0, 5, 0, 4, 0, 13, 0, 8], [1, 2, 1, 4], .int32)))
    }

    @Test("Unpooling puts maxima back to where they were")
    func unpool() throws {
        let window: [(String, Attribute)] = [("kernel_shape", .ints([2, 2])), ("strides", .ints([2, 2]))]
        let pooled = try OneNode("MaxPool", window, outputs: 2).evaluate([square])
        let y = try OneNode("MaxUnpool", window)(pooled[0], pooled[1])
        #expect(try y.floats() == [0, 0, 0, 0, 0, 5, 0, 7, 0, 0, 0, 0, 0, 13, 0, 15])
        let larger = try OneNode("MaxUnpool", window)(pooled[0], pooled[1], try .ints([1, 1, 5, 4]))
        #expect(larger.shape.dimensions == [1, 1, 5, 4])
        #expect(try larger.floats() == (try y.floats()) + [0, 0, 0, 0])
    }

    @Test("A determinant needs row exchanges where a pivot is zero")
    func determinant() throws {
        let matrices = try Tensor.floats(
            [0, 2, 0, 3, 0, 0, 0, 0, 4, 2, 0, 1, 1, 3, 2, 1, 1, 4, 1, 2, 3, 2, 4, 6, 5, 5, 5], [3, 3, 3])
        // The third has dependent rows.
        let y = try OneNode("Det")(matrices)
        #expect(y.shape.dimensions == [3])
        #expect(zip(try y.floats(), [-24, 18, 0]).allSatisfy { abs($0 - $1) < 1e-6 })
        #expect(try OneNode("Det")(try .floats([1, 2, 3, 4], [2, 2])).floats().map { abs($0 + 2) < 1e-6 } == [true])
        #expect(try OneNode("Det")(try .floats([7], [1, 1])).shape == Shape.scalar)
    }
}
