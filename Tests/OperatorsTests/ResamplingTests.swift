import BitdepthGraphs
import BitdepthTensors
import Testing

@testable import BitdepthOperators

@Suite("Resize and its kin") struct ResamplingTests {
    private func scales(_ last: Float) throws -> Tensor { try .floats([1, 1, last]) }

    @Test(
        "Nearest neighbours at halves go where the mode says",
        arguments: [
            ("round_prefer_floor", [0, 0, 1, 1, 2, 2]), ("round_prefer_ceil", [0, 1, 1, 2, 2, 2]),
            ("floor", [0, 0, 1, 1, 2, 2]), ("ceil", [0, 1, 1, 2, 2, 2]),
        ] as [(String, [Int])])
    func nearest(mode: String, expected: [Int]) throws {
        let node = OneNode(
            "Resize", [("nearest_mode", .text(mode)), ("coordinate_transformation_mode", .text("asymmetric"))])
        #expect(try node(try .ints([0, 1, 2], [1, 1, 3], .int8), nil, try scales(2)).integers() == expected)
    }

    @Test(
        "Linear interpolation finds its positions as the coordinate mode says",
        arguments: [
            ("half_pixel", [0, 2.5, 7.5, 10]), ("pytorch_half_pixel", [0, 2.5, 7.5, 10]),
            ("asymmetric", [0, 5, 10, 10]),
            ("align_corners", [0, 10.0 / 3, 20.0 / 3, 10]), ("half_pixel_symmetric", [0, 2.5, 7.5, 10]),
        ] as [(String, [Float])])
    func linear(mode: String, expected: [Float]) throws {
        let node = OneNode("Resize", [("mode", .text("linear")), ("coordinate_transformation_mode", .text(mode))])
        let y = try node(try .floats([0, 10], [1, 1, 2]), nil, nil, try .ints([1, 1, 4])).floats()
        #expect(zip(y, expected).allSatisfy { abs($0 - $1) < 1e-5 })
    }

    @Test(
        "Cubic interpolation, edges repeated or left out (values of ONNX Runtime)",
        arguments: [
            (
                [],
                [
                    -0.105_468_75, 0.121_093_75, 0.457_031_25, 1.609_375, 2.828_125, 5.449_218_75, 7.972_656_25,
                    9.527_343_75,
                ]
            ),
            (
                [("exclude_outside", .int(1)), ("cubic_coeff_a", .float(-0.5))],
                [-0.088_235_3, 0.124_087_6, 0.572_519_06, 1.5625, 3.0625, 5.312_977_3, 8.116_788, 9.441_175]
            ),
        ] as [([(String, Attribute)], [Float])])
    func cubic(attributes: [(String, Attribute)], expected: [Float]) throws {
        let node = OneNode("Resize", attributes + [("mode", .text("cubic"))])
        let y = try node(try .floats([0, 1, 4, 9], [1, 1, 4]), nil, try scales(2)).floats()
        #expect(zip(y, expected).allSatisfy { abs($0 - $1) < 1e-5 })
    }

    @Test("Antialiasing averages over as many elements as are lost")
    func antialias() throws {
        let node = OneNode("Resize", [("mode", .text("linear")), ("antialias", .int(1))])
        #expect(try node(try .floats([0, 4, 8, 12], [1, 1, 4]), nil, try scales(0.5)).floats() == [2.5, 9.5])
    }

    @Test("A crop takes the extrapolation value where it leaves the input")
    func crop() throws {
        let node = OneNode(
            "Resize",
            [
                ("mode", .text("linear")), ("coordinate_transformation_mode", .text("tf_crop_and_resize")),
                ("extrapolation_value", .float(-1)), ("axes", .ints([-1])),
            ])
        let y = try node(try .floats([0, 1, 2, 3, 4], [1, 1, 5]), try .floats([0.5, 1.5]), nil, try .ints([3]))
        #expect(try y.floats() == [2, 4, -1])
    }

    @Test(
        "Sizes that must keep the ratio of the axes",
        arguments: [("not_larger", [4, 8]), ("not_smaller", [6, 12]), ("stretch", [6, 8])])
    func aspectRatio(policy: String, expected: [Int]) throws {
        let node = OneNode("Resize", [("keep_aspect_ratio_policy", .text(policy)), ("axes", .ints([2, 3]))])
        let x = try Tensor(zeros: try Shape([1, 1, 2, 4]), type: .float32)
        let sizes = try Tensor.ints([6, 8])
        #expect(try node(x, nil, nil, sizes).shape.dimensions[2...] == expected[...])
        let inferred = try node.infer([Fact(TensorType(of: x)), nil, nil, Fact(constant: sizes)])
        #expect(inferred.first?.type.shape.shape?.dimensions == [1, 1] + expected)
    }

    @Test("A scale of 0.7 makes 7 of 10, as in FP32")
    func scaledExtent() throws {
        #expect(
            try OneNode("Resize")(try Tensor(zeros: try Shape([1, 1, 10]), type: .float32), nil, try scales(0.7)).count
                == 7)
    }

    @Test("Constant scales leave unknown extents unknown and the rest known")
    func partialShapes() throws {
        let x = Fact(.float32, PartialShape([.symbol("N"), .known(3), .unknown, .known(5)]))
        let y = try OneNode("Resize").infer([x, nil, Fact(constant: try .floats([1, 1, 2, 2]))])
        #expect(y.first?.dimensions == [.symbol("N"), .known(3), .unknown, .known(10)])
    }

    @Test("Blocks of channels become space in both orders, and come back")
    func blocks() throws {
        let x = try Tensor.ints(Array(0..<8), [1, 8, 1, 1], .int8)
        let block: (String, Attribute) = ("blocksize", .int(2))
        let columns = try OneNode("DepthToSpace", [block])(x)
        #expect(try columns.integers() == [0, 2, 4, 6, 1, 3, 5, 7])
        #expect(columns.shape.dimensions == [1, 2, 2, 2])
        #expect(
            try OneNode("DepthToSpace", [block, ("mode", .text("CRD"))])(x).integers() == [0, 1, 2, 3, 4, 5, 6, 7])
        #expect(try OneNode("SpaceToDepth", [block])(columns) == x)
    }
}
