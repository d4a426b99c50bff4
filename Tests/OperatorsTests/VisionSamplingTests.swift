import BitdepthGraphs
import BitdepthTensors
import Testing

@testable import BitdepthOperators

@Suite("Sampling of images") struct VisionSamplingTests {
    /// Two rows of three: 1 2 3, 4 5 6.
    private let image: Tensor

    init() throws { image = try .floats([1, 2, 3, 4, 5, 6], [1, 1, 2, 3]) }

    private func sample(_ points: [Float], _ attributes: [(String, Attribute)] = []) throws -> [Float] {
        let grid = try Tensor.floats(points, [1, 1, points.count / 2, 2])
        return try OneNode("GridSample", attributes)(image, grid).floats()
    }

    @Test("A grid's first coordinate runs along the innermost axis")
    func order() throws {
        let corners: [(String, Attribute)] = [("align_corners", .int(1))]
        #expect(try sample([-1, -1, 1, -1, -1, 1, 1, 1, 0, 0], corners) == [1, 3, 4, 6, 3.5])
    }

    @Test("Without aligned corners -1 is the outer edge, where half of the value is that of the padding")
    func edges() throws {
        #expect(try sample([-1, -0.5]) == [0.5])
        #expect(try sample([-1, -0.5], [("padding_mode", .text("border"))]) == [1])
        #expect(try sample([-1, -0.5], [("padding_mode", .text("reflection"))]) == [1])
    }

    @Test("The nearest of two equally near elements is the even one")
    func nearest() throws {
        // Aligned, x = -0.5 and 0.5 lie at 0.5 and 1.5.
        let nearest: [(String, Attribute)] = [("mode", .text("nearest")), ("align_corners", .int(1))]
        #expect(try sample([-0.5, -1, 0.5, -1], nearest) == [1, 3])
        #expect(try sample([-1.6, -1], nearest) == [0])
        #expect(try sample([-1.6, -1], nearest + [("padding_mode", .text("border"))]) == [1])
        // One outside, mirrored at the first element's center.
        #expect(try sample([-1.6, -1], nearest + [("padding_mode", .text("reflection"))]) == [2])
    }

    @Test("Cubic interpolation goes through the elements and reproduces a ramp inside")
    func cubic() throws {
        let ramp = try Tensor.floats((0..<8).map(Float.init), [1, 1, 1, 8])
        let points: [Float] = [-3.0 / 7, 0, 0, 0, 1.0 / 7, 0]
        let y = try OneNode("GridSample", [("mode", .text("cubic")), ("align_corners", .int(1))])(
            ramp, try .floats(points, [1, 1, 3, 2])
        ).floats()
        // In the middle row weight 1 falls on the only row.
        #expect(zip(y, [2, 3.5, 4]).allSatisfy { abs($0 - $1) < 1e-5 })
    }

    @Test("A border is repeated element by element, so that a cubic overshoots even just outside")
    func cubicBorder() throws {
        let border: [(String, Attribute)] = [
            ("mode", .text("cubic")), ("padding_mode", .text("border")), ("align_corners", .int(1)),
        ]
        // At -0.1 of the row 1 1 | 1 2 3: the element 2 has weight -0.06075.
        let y = try sample([-1.1, -1, -9, -1], border)
        #expect(abs(y[0] - 0.93925) < 1e-5)
        #expect(y[1] == 1)
    }

    @Test("Names of modes that are made for two axes are read in version 16")
    func upgrade() throws {
        let grid = try Tensor.floats([-0.25, 0.3, 0.1, -0.7], [1, 1, 2, 2])
        for (old, new) in [("bilinear", "linear"), ("bicubic", "cubic"), ("nearest", "nearest")] {
            let y = try OneNode("GridSample", [("mode", .text(old))]).evaluate([image, grid], opset: 16)["output0"]
            #expect(y == (try OneNode("GridSample", [("mode", .text(new))])(image, grid)))
        }
        let implicit = try OneNode("GridSample").evaluate([image, grid], opset: 16)["output0"]
        #expect(implicit == (try OneNode("GridSample")(image, grid)))
    }

    @Test("Volumes are sampled along three axes, one axis too")
    func otherRanks() throws {
        let volume = try Tensor.floats((0..<8).map(Float.init), [1, 1, 2, 2, 2])
        let grid = try Tensor.floats([0, 0, 0, 1, -1, -1], [1, 1, 1, 2, 3])
        let aligned: [(String, Attribute)] = [("align_corners", .int(1))]
        #expect(try OneNode("GridSample", aligned)(volume, grid).floats() == [3.5, 1])
        let line = try Tensor.floats([1, 3], [1, 1, 2])
        #expect(try OneNode("GridSample", aligned)(line, try .floats([0.5], [1, 1, 1])).floats() == [2.5])
    }

    @Test("Integers are cut off, not rounded, and keep all digits where the nearest is taken")
    func integers() throws {
        let x = try Tensor.ints([1, 2], [1, 1, 1, 2], .int8)
        let aligned: [(String, Attribute)] = [("align_corners", .int(1))]
        let y = try OneNode("GridSample", aligned)(x, try .floats([0.9, 0], [1, 1, 1, 2]))
        #expect(y == (try .ints([1], [1, 1, 1, 1], .int8)))
        let large = try Tensor.ints([.max, .max - 1], [1, 1, 1, 2])
        let node = OneNode("GridSample", aligned + [("mode", .text("nearest"))])
        #expect(try node(large, try .floats([1, 0], [1, 1, 1, 2])).integers() == [.max - 1])
    }

    @Test("The grid of the identity samples an image as it is", arguments: [0, 1])
    func identity(aligned: Int) throws {
        let attributes: [(String, Attribute)] = [("align_corners", .int(aligned))]
        let theta = try Tensor.floats([1, 0, 0, 0, 1, 0], [1, 2, 3])
        let grid = try OneNode("AffineGrid", attributes)(theta, try .ints([1, 1, 2, 3]))
        #expect(grid.shape.dimensions == [1, 2, 3, 2])
        let y = try OneNode("GridSample", attributes)(image, grid).floats()
        #expect(zip(y, try image.floats()).allSatisfy { abs($0 - $1) < 1e-5 })
    }

    @Test("A map of three dimensions is applied to x, y and z")
    func affine() throws {
        let theta = try Tensor.floats([1, 0, 0, 10, 0, 2, 0, 20, 0, 0, 3, 30], [1, 3, 4])
        let grid = try OneNode("AffineGrid", [("align_corners", .int(1))])(theta, try .ints([1, 1, 2, 1, 2]))
        // One row has its center at 0.
        #expect(try grid.floats() == [9, 20, 27, 11, 20, 27, 9, 20, 33, 11, 20, 33])
        let edges = try OneNode("AffineGrid")(theta, try .ints([1, 1, 1, 1, 2]))
        #expect(try edges.floats() == [9.5, 20, 30, 10.5, 20, 30])
    }

    @Test("Without offsets and mask a deformable convolution is a convolution", arguments: [1, 2])
    func plainConvolution(group: Int) throws {
        let x = try Tensor.floats((0..<2 * 4 * 25).map { Float($0 % 7) - 3 }, [2, 4, 5, 5])
        let w = try Tensor.floats((0..<2 * 4 / group * 9).map { Float($0 % 5) - 2 }, [2, 4 / group, 3, 3])
        let attributes: [(String, Attribute)] = [
            ("group", .int(group)), ("pads", .ints([1, 0, 1, 2])), ("strides", .ints([2, 1])),
            ("dilations", .ints([1, 2])),
        ]
        let bias = try Tensor.floats([0.5, -0.5])
        let expected = try OneNode("Conv", attributes)(x, w, bias)
        let offsets = try Tensor(zeros: try Shape([2, 36] + expected.shape.dimensions[2...]), type: .float32)
        let y = try OneNode("DeformConv", attributes + [("offset_group", .int(2))])(x, w, offsets, bias)
        #expect(y == expected)
        let facts = try OneNode("DeformConv", attributes).infer([x, w, offsets].map(Fact.init(constant:)))
        #expect(facts[0].type == TensorType(of: y))
    }

    @Test("Taps move by their offsets, are interpolated, and are weighted by the mask")
    func deformed() throws {
        let x = try Tensor.floats([1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 1, 3, 3])
        let w = try Tensor.floats([1], [1, 1, 1, 1])
        // Rows first: down by half, then right by one.
        let offsets = try Tensor.floats(
            [Float](repeating: 0.5, count: 9) + [Float](repeating: 1, count: 9), [1, 2, 3, 3])
        let node = OneNode("DeformConv")
        #expect(try node(x, w, offsets).floats() == [3.5, 4.5, 0, 6.5, 7.5, 0, 4, 4.5, 0])
        let mask = try Tensor.floats([0, 2, 1, 1, 1, 1, 1, 1, 0.5], [1, 1, 3, 3])
        #expect(try node(x, w, offsets, nil, mask).floats() == [0, 9, 0, 6.5, 7.5, 0, 4, 4.5, 0])
    }

    @Test("Groups of channels have offsets and masks of their own")
    func offsetGroups() throws {
        let x = try Tensor.floats([1, 2, 10, 20], [1, 2, 1, 2])
        let w = try Tensor.floats([1, 1], [1, 2, 1, 1])
        // The second channel reads one further right.
        let offsets = try Tensor.floats([0, 0, 0, 0, 0, 0, 1, 1], [1, 4, 1, 2])
        let node = OneNode("DeformConv", [("offset_group", .int(2))])
        #expect(try node(x, w, offsets).floats() == [21, 2])
        let mask = try Tensor.floats([1, 1, 0.5, 0.5], [1, 2, 1, 2])
        #expect(try node(x, w, offsets, nil, mask).floats() == [11, 2])
    }
}
