import BitdepthGraphs
import BitdepthTensors
import Testing

@testable import BitdepthOperators

@Suite("Pools") struct PoolingTests {
    private let square: Tensor

    init() throws { square = try .floats((1...16).map { Float($0) }, [1, 1, 4, 4]) }

    @Test("A maximum knows where it lies, counted by rows or by columns")
    func maximum() throws {
        let attributes: [(String, Attribute)] = [("kernel_shape", .ints([2, 3])), ("strides", .ints([2, 1]))]
        let rows = try OneNode("MaxPool", attributes, outputs: 2).evaluate([square])
        #expect(try rows[0].floats() == [7, 8, 15, 16])
        #expect(try rows[1].integers() == [6, 7, 14, 15])
        let columns = try OneNode("MaxPool", attributes + [("storage_order", .int(1))], outputs: 2).evaluate([square])
        #expect(try columns[1].integers() == [9, 13, 11, 15])
    }

    @Test("The first of equal maxima is the one that is named")
    func ties() throws {
        let y = try OneNode("MaxPool", [("kernel_shape", .ints([3]))], outputs: 2).evaluate([
            try .floats([1, 5, 5], [1, 1, 3])
        ])
        #expect(try y[1].integers() == [1])
    }

    @Test("With ceil_mode a last window may hang over the end, if it starts inside")
    func ceilMode() throws {
        let node = OneNode(
            "MaxPool", [("kernel_shape", .ints([3, 3])), ("strides", .ints([2, 2])), ("ceil_mode", .int(1))])
        #expect(try node(square).floats() == [11, 12, 15, 16])
        let one = OneNode("MaxPool", [("kernel_shape", .ints([1])), ("strides", .ints([2])), ("ceil_mode", .int(1))])
        #expect(try one(try .floats([1, 2], [1, 1, 2])).floats() == [1])
    }

    @Test("Padding never wins, not even over negative codes", arguments: [ElementType.int8, .uint8])
    func codes(type: ElementType) throws {
        let low = type == .int8 ? -100 : 0
        let node = OneNode(
            "MaxPool", [("kernel_shape", .ints([2])), ("pads", .ints([1, 1])), ("dilations", .ints([1]))])
        let y = try node(try .ints([low, low + 3, low + 1], [1, 1, 3], type))
        #expect(y.type == type)
        #expect(try y.integers() == [low, low + 3, low + 3, low + 1])
    }

    @Test(
        "An average counts padding when told, and never what hangs over the padding",
        arguments: [(0, [1.5, 3, 4]), (1, [1, 3, 2])] as [(Int, [Float])])
    func average(countsPadding: Int, expected: [Float]) throws {
        let node = OneNode(
            "AveragePool",
            [
                ("kernel_shape", .ints([3])), ("strides", .ints([2])), ("pads", .ints([1, 1])), ("ceil_mode", .int(1)),
                ("count_include_pad", .int(countsPadding)),
            ])
        #expect(try node(try .floats([1, 2, 3, 4], [1, 1, 4])).floats() == expected)
    }

    @Test("Norms of windows and planes", arguments: [(1, [7, 16]), (2, [5, 12.649_111])] as [(Int, [Float])])
    func norms(order: Int, expected: [Float]) throws {
        let x = try Tensor.floats([3, -4, 4, 12], [1, 1, 4])
        let pooled = try OneNode(
            "LpPool", [("kernel_shape", .ints([2])), ("strides", .ints([2])), ("p", .int(order))])(x)
        #expect(zip(try pooled.floats(), expected).allSatisfy { abs($0 - $1) < 1e-5 })
        let global = try OneNode("GlobalLpPool", [("p", .int(order))])(try x.reshaped(to: try Shape([1, 2, 2])))
        #expect(zip(try global.floats(), expected).allSatisfy { abs($0 - $1) < 1e-5 })
    }

    @Test("Global pools leave one element of each plane")
    func global() throws {
        let x = try Tensor.floats([1, 2, 3, 6, 5, 5, 5, -5], [2, 1, 2, 2])
        #expect(try OneNode("GlobalAveragePool")(x).floats() == [3, 2.5])
        #expect(try OneNode("GlobalMaxPool")(x).floats() == [6, 5])
        #expect(try OneNode("GlobalMaxPool")(x).shape.dimensions == [2, 1, 1, 1])
    }

    @Test("An unknown height leaves the width known")
    func partialShapes() throws {
        let x = Fact(.float32, PartialShape([.symbol("N"), .known(3), .unknown, .known(8)]))
        let y = try OneNode("MaxPool", [("kernel_shape", .ints([2, 2])), ("strides", .ints([2, 2]))]).infer([x])
        #expect(y.first?.dimensions == [.symbol("N"), .known(3), .unknown, .known(4)])
        let w = Fact(.float32, try Shape([5, 3, 3, 3]))
        #expect(try OneNode("Conv").infer([x, w]).first?.dimensions == [.symbol("N"), .known(5), .unknown, .known(6)])
    }
}
