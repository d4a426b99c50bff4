import BitdepthGraphs
import BitdepthTensors
import Testing

@testable import BitdepthOperators

/// Nodes as a broken or malicious file may hold them: each is an error at evaluation and never a trap.
@Suite("Hostile vision operators") struct VisionHostileTests {
    static let cases: [HostileNode] = (try? makeCases()) ?? []

    private static func zeros(_ shape: [Int], _ type: ElementType = .float32) throws -> Tensor {
        try Tensor(zeros: try Shape(shape), type: type)
    }

    private static func makeCases() throws -> [HostileNode] {
        try sampling() + deformed() + regions() + boxes() + placing()
    }

    private static func sampling() throws -> [HostileNode] {
        let (x, maps) = (try zeros([1, 2, 4, 4]), try zeros([1, 2, 3]))
        return [
            HostileNode("GridSample", [x, try zeros([1, 3, 3, 3])]),
            HostileNode("GridSample", [x, try zeros([2, 3, 3, 2])]),
            HostileNode("GridSample", [x, try zeros([1, 3, 2])]),
            HostileNode("GridSample", [x, try zeros([1, 3, 3, 2], .int64)]),
            HostileNode("GridSample", [try zeros([1, 2, 0, 4]), try zeros([1, 3, 3, 2])]),
            HostileNode("GridSample", [try zeros([1, 2]), try zeros([1, 0])]),
            HostileNode("GridSample", [try zeros([]), try zeros([])]),
            HostileNode("GridSample", [try zeros([1, 1, 2, 2], .bool), try zeros([1, 3, 3, 2])]),
            HostileNode("GridSample", [("mode", .text("bilinear"))], [x, try zeros([1, 3, 3, 2])]),
            HostileNode("GridSample", [("padding_mode", .text("wrap"))], [x, try zeros([1, 3, 3, 2])]),
            HostileNode("AffineGrid", [maps, try .ints([])]),
            HostileNode("AffineGrid", [maps, try .ints([1])]),
            HostileNode("AffineGrid", [maps, try .ints([1, 1, 4])]),
            HostileNode("AffineGrid", [maps, try .ints([2, 1, 4, 4])]),
            HostileNode("AffineGrid", [maps, try .ints([1, 1, -4, 4])]),
            HostileNode("AffineGrid", [maps, try .ints([1, 1, .max, .max])]),
            HostileNode("AffineGrid", [maps, try .ints([1, 1, 4, 4, 4])]),
            HostileNode("AffineGrid", [try zeros([1, 3, 3]), try .ints([1, 1, 4, 4])]),
            HostileNode("AffineGrid", [try zeros([1, 2, 3], .int32), try .ints([1, 1, 4, 4])]),
        ]
    }

    private static func deformed() throws -> [HostileNode] {
        let (x, w) = (try zeros([1, 4, 5, 5]), try zeros([2, 4, 3, 3]))
        let (offset, mask) = (try zeros([1, 18, 3, 3]), try zeros([1, 9, 3, 3]))
        var cases = [
            HostileNode("DeformConv", [x, w, try zeros([1, 18, 4, 3])]),
            HostileNode("DeformConv", [x, w, try zeros([1, 9, 3, 3])]),
            HostileNode("DeformConv", [x, w, try zeros([18, 3, 3])]),
            HostileNode("DeformConv", [x, try zeros([2, 3, 3, 3]), offset]),
            HostileNode("DeformConv", [x, try zeros([2, 4]), offset]),
            HostileNode("DeformConv", [x, w, offset, try zeros([3])]),
            HostileNode("DeformConv", [x, w, offset, nil, offset]),
            HostileNode("DeformConv", [("group", .int(3))], [x, w, offset]),
            HostileNode("DeformConv", [("group", .int(0))], [x, w, offset]),
            HostileNode(
                "DeformConv", [("group", .int(.max))], [try zeros([1, 0, 5, 5]), try zeros([1, 0, 3, 3]), offset]),
            HostileNode("DeformConv", [("strides", .ints([0, 1]))], [x, w, offset]),
            HostileNode("DeformConv", [("pads", .ints([1 << 31, 1 << 31, 1 << 31, 1 << 31]))], [x, w, offset]),
        ]
        for group in [0, -1, 3, 8, .max] {
            cases.append(HostileNode("DeformConv", [("offset_group", .int(group))], [x, w, offset, nil, mask]))
            cases.append(
                HostileNode(
                    "DeformConv", [("offset_group", .int(group))],
                    [try zeros([1, 0, 5, 5]), try zeros([2, 0, 3, 3]), offset, nil, offset]))
        }
        return cases
    }

    private static func regions() throws -> [HostileNode] {
        let x = try zeros([2, 1, 4, 4])
        let roi = try Tensor.floats([0, 0, 3, 3], [1, 4])
        let first = try Tensor.ints([0])
        let pooled: [(String, Attribute)] = [("pooled_shape", .ints([2, 2]))]
        var cases = [
            HostileNode("RoiAlign", [try zeros([1, 4, 4]), roi, first]),
            HostileNode("RoiAlign", [x, try zeros([1, 5]), first]),
            HostileNode("RoiAlign", [x, roi, try .ints([0, 1])]),
            HostileNode("RoiAlign", [x, roi, try .floats([0])]),
            HostileNode("RoiAlign", [x, try .floats([0, 0, 3, 3], [1, 4], .float64), first]),
            HostileNode("RoiAlign", [try zeros([1, 1, 4, 4], .int32), try zeros([1, 4], .int32), first]),
            HostileNode("RoiAlign", [("sampling_ratio", .int(-1))], [x, roi, first]),
            HostileNode("RoiAlign", [("sampling_ratio", .int(.max))], [x, roi, first]),
            HostileNode("RoiAlign", [("sampling_ratio", .int(1 << 19))], [x, roi, first]),
            HostileNode("RoiAlign", [("output_height", .int(0))], [x, roi, first]),
            HostileNode("RoiAlign", [("output_width", .int(-3))], [x, roi, first]),
            HostileNode("RoiAlign", [("output_width", .int(.max))], [x, roi, first]),
            HostileNode("RoiAlign", [("output_width", .int(65536)), ("output_height", .int(65536))], [x, roi, first]),
            HostileNode("RoiAlign", [("spatial_scale", .float(.nan))], [x, roi, first]),
            HostileNode("RoiAlign", [("spatial_scale", .float(.infinity))], [x, roi, first]),
            HostileNode("RoiAlign", [("mode", .text("sum"))], [x, roi, first]),
            HostileNode("MaxRoiPool", [x, try zeros([1, 5])]),
            HostileNode("MaxRoiPool", [("pooled_shape", .ints([2]))], [x, try zeros([1, 5])]),
            HostileNode("MaxRoiPool", [("pooled_shape", .ints([0, 2]))], [x, try zeros([1, 5])]),
            HostileNode("MaxRoiPool", [("pooled_shape", .ints([.max, .max]))], [x, try zeros([1, 5])]),
            HostileNode("MaxRoiPool", pooled, [x, roi]),
        ]
        for image in [-1, 2, .min, .max] { cases.append(HostileNode("RoiAlign", [x, roi, try .ints([image])])) }
        for image in [-1, 0.5, 2, Float.nan, .infinity] {
            cases.append(HostileNode("MaxRoiPool", pooled, [x, try .floats([image, 0, 0, 3, 3], [1, 5])]))
        }
        for corner in [Float.nan, .infinity, -.infinity, 1e30, -1e30] {
            cases.append(HostileNode("RoiAlign", [x, try .floats([0, 0, 3, corner], [1, 4]), first]))
            cases.append(HostileNode("RoiAlign", [x, try .floats([corner, 0, 3, 3], [1, 4]), first]))
            cases.append(HostileNode("MaxRoiPool", pooled, [x, try .floats([0, 0, corner, 3, 3], [1, 5])]))
        }
        return cases
    }

    private static func boxes() throws -> [HostileNode] {
        let (boxes, scores) = (try zeros([1, 2, 4]), try zeros([1, 1, 2]))
        let ten = try Tensor.ints([10])
        var cases = [
            HostileNode("NonMaxSuppression", [try zeros([1, 2, 5]), scores, ten]),
            HostileNode("NonMaxSuppression", [try zeros([2, 2, 4]), scores, ten]),
            HostileNode("NonMaxSuppression", [try zeros([1, 3, 4]), scores, ten]),
            HostileNode("NonMaxSuppression", [try zeros([2, 4]), scores, ten]),
            HostileNode("NonMaxSuppression", [boxes, try zeros([1, 2]), ten]),
            HostileNode("NonMaxSuppression", [try zeros([1, 2, 4], .int32), scores, ten]),
            HostileNode("NonMaxSuppression", [boxes, try zeros([1, 1, 2], .float64), ten]),
            HostileNode("NonMaxSuppression", [boxes, scores, try .ints([1, 2])]),
            HostileNode("NonMaxSuppression", [boxes, scores, try .floats([1])]),
            HostileNode("NonMaxSuppression", [boxes, try .floats([1, .nan], [1, 1, 2]), ten]),
            HostileNode("NonMaxSuppression", [try .floats([0, 0, 1, 1, 0, .nan, 1, 1], [1, 2, 4]), scores, ten]),
            HostileNode("NonMaxSuppression", [boxes, scores, ten, nil, try .floats([.nan])]),
            HostileNode("NonMaxSuppression", [boxes, scores, ten, nil, try .floats([])]),
            HostileNode("NonMaxSuppression", [("center_point_box", .int(2))], [boxes, scores, ten]),
        ]
        for overlap in [Float.nan, -0.5, 1.5, .infinity] {
            cases.append(HostileNode("NonMaxSuppression", [boxes, scores, ten, try .floats([overlap])]))
        }
        return cases
    }

    private static func placing() throws -> [HostileNode] {
        let (x, pooled) = (try zeros([1, 1, 2, 2]), ("kernel_shape", Attribute.ints([2, 2])))
        let (columns, two) = (try zeros([1, 4, 4]), try Tensor.ints([2, 2]))
        let image = try Tensor.ints([3, 3])
        var cases = [
            HostileNode("CenterCropPad", [x, try .ints([1, 1])]),
            HostileNode("CenterCropPad", [("axes", .ints([4]))], [x, try .ints([1])]),
            HostileNode("CenterCropPad", [("axes", .ints([2, -2]))], [x, two]),
            HostileNode("CenterCropPad", [("axes", .ints([2]))], [x, try .ints([-1])]),
            HostileNode("CenterCropPad", [("axes", .ints([2]))], [x, try .ints([.max])]),
            HostileNode("CenterCropPad", [("axes", .ints([2, 3]))], [x, try .ints([1 << 20, 1 << 20])]),
            HostileNode("Det", [try .floats([1])]),
            HostileNode("Det", [try .floats([1, 2], [1, 2])]),
            HostileNode("Det", [try .ints([1], [1, 1])]),
            HostileNode("MaxUnpool", [x, try zeros([1, 1, 2, 2], .int64)]),
            HostileNode("MaxUnpool", [pooled], [x, try zeros([1, 1, 2, 1], .int64)]),
            HostileNode("MaxUnpool", [pooled], [x, try zeros([1, 1, 2, 2])]),
            HostileNode("MaxUnpool", [pooled], [try zeros([2, 2]), try zeros([2, 2], .int64)]),
            HostileNode("MaxUnpool", [pooled], [x, try zeros([1, 1, 2, 2], .int64), try .ints([1, 1, 2, 2])]),
            HostileNode("MaxUnpool", [pooled], [x, try zeros([1, 1, 2, 2], .int64), try .ints([1, 1, .max, .max])]),
            HostileNode("MaxUnpool", [pooled], [x, try zeros([1, 1, 2, 2], .int64), try .ints([3, 3])]),
            HostileNode("MaxUnpool", [pooled, ("pads", .ints([9, 9, 9, 9]))], [x, try zeros([1, 1, 2, 2], .int64)]),
            HostileNode(
                "MaxUnpool", [pooled, ("strides", .ints([1 << 31, 1 << 31]))], [x, try zeros([1, 1, 2, 2], .int64)]),
            HostileNode("MaxUnpool", [("kernel_shape", .ints([2]))], [x, try zeros([1, 1, 2, 2], .int64)]),
            HostileNode("Col2Im", [try zeros([1, 5, 4]), image, two]),
            HostileNode("Col2Im", [try zeros([1, 4, 5]), image, two]),
            HostileNode("Col2Im", [try zeros([4, 4]), image, two]),
            HostileNode("Col2Im", [columns, try .ints([3]), two]),
            HostileNode("Col2Im", [columns, image, try .ints([0, 4])]),
            HostileNode("Col2Im", [columns, image, try .ints([-2, -2])]),
            HostileNode("Col2Im", [columns, image, try .ints([.max, .max])]),
            HostileNode("Col2Im", [columns, try .ints([-1, -1]), two]),
            HostileNode("Col2Im", [columns, try .ints([.max, .max]), two]),
            HostileNode("Col2Im", [("pads", .ints([5, 5, 5, 5]))], [columns, try .ints([-1, -1]), two]),
            HostileNode("Col2Im", [("strides", .ints([0, 0]))], [columns, image, two]),
            HostileNode("Col2Im", [("dilations", .ints([1 << 31, 1 << 31]))], [columns, image, two]),
        ]
        for index in [-1, 9, .min, .max] {
            cases.append(
                HostileNode("MaxUnpool", [pooled], [x, try .ints([0, 1, 2, index], [1, 1, 2, 2])]))
        }
        return cases
    }

    @Test("Each is refused with an error", arguments: cases)
    func refused(_ hostile: HostileNode) {
        #expect(throws: BitdepthError.self) { try hostile.evaluate() }
        hostile.inferWithAndWithoutConstants()
    }

    @Test("The list of cases could be made")
    func listed() { #expect(VisionHostileTests.cases.count > 120) }

    @Test(
        "Coordinates that are no numbers, or beyond all measure, read what lies outside",
        arguments: ["zeros", "border", "reflection"], ["nearest", "linear", "cubic"])
    func wildCoordinates(padding: String, mode: String) throws {
        let x = try Tensor.floats([1, 2, 3, 4], [1, 1, 2, 2])
        let wild: [Float] = [.nan, .infinity, -.infinity, 1e38, -1e38, 1e10]
        let grid = try Tensor.floats(wild.flatMap { [$0, 0] }, [1, 1, 6, 2])
        let node = OneNode("GridSample", [("mode", .text(mode)), ("padding_mode", .text(padding))])
        let values = try node(x, grid).floats()
        #expect(values.allSatisfy { padding == "zeros" ? $0 == 0 : $0.isFinite })
        let offsets = try Tensor.floats(wild.flatMap { [$0] } + [0, 0], [1, 8, 1, 1])
        let deformed = try OneNode("DeformConv")(x, x, offsets)
        #expect(try deformed.floats() == [16], "only the last tap stays where it is")
    }

    @Test("Inputs without elements give outputs without elements")
    func empty() throws {
        let none = try VisionHostileTests.zeros([0, 4])
        let x = try VisionHostileTests.zeros([1, 2, 4, 4])
        #expect(try OneNode("RoiAlign")(x, none, try .ints([])).shape.dimensions == [0, 2, 1, 1])
        let boxes = try VisionHostileTests.zeros([1, 0, 4])
        let scores = try VisionHostileTests.zeros([1, 3, 0])
        #expect(try OneNode("NonMaxSuppression")(boxes, scores, try .ints([5])).shape.dimensions == [0, 3])
        let grid = try VisionHostileTests.zeros([1, 0, 3, 2])
        #expect(try OneNode("GridSample")(x, grid).shape.dimensions == [1, 2, 0, 3])
        #expect(try OneNode("Det")(try VisionHostileTests.zeros([2, 0, 0])).floats() == [1, 1])
    }
}
