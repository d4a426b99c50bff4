import BitdepthGraphs
import BitdepthTensors
import Testing

@testable import BitdepthOperators

@Suite("Conv and ConvTranspose") struct ConvolutionTests {
    private let x: Tensor
    private let ramp: Tensor

    init() throws {
        x = try .floats([1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 1, 3, 3])
        ramp = try .floats([1, 2, 3], [1, 1, 3])
    }

    @Test("A window slides over two axes and the bias is added once")
    func plain() throws {
        let y = try OneNode("Conv")(x, try .floats([1, 2, 3, 4], [1, 1, 2, 2]), try .floats([1]))
        #expect(try y.floats() == [38, 48, 68, 78])
        #expect(y.shape.dimensions == [1, 1, 2, 2])
    }

    @Test("SAME padding puts the odd element at the end for upper and at the beginning for lower")
    func same() throws {
        let w = try Tensor.floats([1, 10], [1, 1, 2])
        #expect(try OneNode("Conv", [("auto_pad", .text("SAME_UPPER"))])(ramp, w).floats() == [21, 32, 3])
        #expect(try OneNode("Conv", [("auto_pad", .text("SAME_LOWER"))])(ramp, w).floats() == [10, 21, 32])
        #expect(try OneNode("Conv", [("auto_pad", .text("VALID"))])(ramp, w).floats() == [21, 32])
    }

    @Test("Groups see their own channels only, dilation skips elements")
    func groupsAndDilation() throws {
        let x = try Tensor.floats([1, 2, 3, 4, 5, 6, 7, 8], [1, 2, 4])
        let w = try Tensor.floats([1, -1, 2, 1], [2, 1, 2])
        let y = try OneNode("Conv", [("group", .int(2)), ("dilations", .ints([2]))])(x, w)
        #expect(try y.floats() == [-2, -2, 17, 20])
    }

    @Test(
        "The transposed window spreads every input element",
        arguments: [
            ([], [1, 2, 5, 4, 9, 6, 9]),
            ([("pads", .ints([1, 0]))], [2, 5, 4, 9, 6, 9]),
            ([("output_padding", .ints([1]))], [1, 2, 5, 4, 9, 6, 9, 0]),
            ([("output_shape", .ints([6]))], [2, 5, 4, 9, 6, 9]),
            ([("output_shape", .ints([6])), ("auto_pad", .text("SAME_UPPER"))], [1, 2, 5, 4, 9, 6]),
            ([("auto_pad", .text("SAME_LOWER"))], [2, 5, 4, 9, 6, 9]),
            ([("dilations", .ints([2]))], [1, 0, 4, 0, 10, 0, 12, 0, 9]),
        ] as [([(String, Attribute)], [Float])])
    func transposed(attributes: [(String, Attribute)], expected: [Float]) throws {
        let node = OneNode("ConvTranspose", attributes + [("strides", .ints([2]))])
        #expect(try node(ramp, try .floats([1, 2, 3], [1, 1, 3])).floats() == expected)
    }

    @Test("Groups of a transposed convolution write their own output channels")
    func transposedGroups() throws {
        let y = try OneNode("ConvTranspose", [("group", .int(2))])(
            try .floats([2, 3], [1, 2, 1]), try .floats([1, 2, 3, 4], [2, 1, 2]), try .floats([100, 200]))
        #expect(try y.floats() == [102, 104, 209, 212])
    }

    @Test(
        "Convolution and its transpose are adjoint: <conv x, y> = <x, transpose y>", arguments: [1, 2],
        [(1, 0), (3, 0), (1, 1), (3, 1)])
    func adjoint(dilation: Int, strideAndPad: (Int, Int)) throws {
        let (stride, pad) = strideAndPad
        let attributes: [(String, Attribute)] = [
            ("dilations", .ints([dilation, 1])), ("strides", .ints([stride, 1])), ("pads", .ints([pad, 0, pad, 0])),
        ]
        let x = try Tensor.floats((0..<2 * 7 * 4).map { Float($0 * 37 % 19) - 9 }, [1, 2, 7, 4])
        let w = try Tensor.floats((0..<3 * 2 * 3 * 2).map { Float($0 * 29 % 11) - 5 }, [3, 2, 3, 2])
        let forward = try OneNode("Conv", attributes)(x, w)
        let y = try Tensor.floats((0..<forward.count).map { Float($0 * 23 % 17) - 8 }, forward.shape.dimensions)
        let back = try OneNode(
            "ConvTranspose", attributes + [("output_padding", .ints([(7 + 2 * pad - 2 * dilation - 1) % stride, 0]))])(
                y, w)
        #expect(back.shape == x.shape)
        #expect(try dot(forward, y) == dot(x, back))
    }

    private func dot(_ a: Tensor, _ b: Tensor) throws -> Double {
        zip(try a.doubles(), try b.doubles()).reduce(0) { $0 + $1.0 * $1.1 }
    }
}
