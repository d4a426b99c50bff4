import BitdepthGraphs
import BitdepthOperators
import BitdepthPasses
import BitdepthTensors
import Testing

@testable import BitdepthFormats

@Suite("Axes and blocks in files of older operator sets") struct DowngradeAxesTests {
    @Test(
        "A Softmax along another axis than the last is turned there and back before 13",
        arguments: ["Softmax", "LogSoftmax", "Hardmax"], [1, -2])
    func softmax(op: String, axis: Int) throws {
        let node = Node(OperatorName(op), inputs: ["x"], outputs: ["y"], attributes: ["axis": .int(axis)])
        let type = TensorType(.float32, PartialShape([.symbol("N"), .known(4), .known(5)]))
        let downgrade = DowngradeCase(node, x: type)
        #expect(try downgrade.spelled(for: 11).nodes.map(\.op) == ["Transpose", OperatorName(op), "Transpose"])
        #expect(try downgrade.spelled(for: 13).nodes == [node])
        let x = try spread([2, 4, 5])
        let expected = try #require(try Interpreter(downgrade.graph).run(["x": x])["y"])
        for opset in [7, 11, 12] {
            let found = try #require(try Interpreter(try downgrade.readAgain(from: opset)).run(["x": x])["y"])
            #expect(found.shape == expected.shape)
            for (a, b) in zip(try found.doubles(), try expected.doubles()) { #expect(abs(a - b) <= 1e-6) }
        }
    }

    @Test("DepthToSpace of channels that count first is two reshapes and a Transpose before 11")
    func blocks() throws {
        let node = Node(
            "DepthToSpace", name: "d", inputs: ["x"], outputs: ["y"],
            attributes: ["blocksize": .int(2), "mode": .text("CRD")])
        let type = TensorType(.float32, PartialShape([.symbol("N"), .known(12), .known(2), .known(5)]))
        try DowngradeCase(node, x: type).expectSameNumbers(at: 9, for: try spread([2, 12, 2, 5]), tolerance: 0)
        #expect(try DowngradeCase(node, x: type).spelled(for: 11).nodes == [node])
    }
}
