import BitdepthGraphs
import BitdepthTensors
import Testing

@testable import BitdepthRuntime

@Suite("Moving codes about")
struct QuantizedMovementTests {
    @Test("Concat of codes is its island's reference evaluation", arguments: [0, 1, 2, -1], [true, false])
    func concatenation(_ axis: Int, sharesScale: Bool) throws {
        for seed in 0..<8 as Range<UInt64> {
            var maker = IslandMaker(seed: seed)
            let scheme = CodeScheme.random(&maker.numbers)
            var parts: [ValueName] = []
            for extent in [3, 1, 4] {
                var shape = [2, 5, 6, 4]
                shape[axis < 0 ? axis + 4 : axis] = extent
                // Every other part comes out of a convolution, channels last.
                let part = try maker.activation(shape, sharesScale ? scheme : nil)
                parts.append(
                    extent == 1 || seed % 2 == 0 ? part : try maker.convolved(part, channels: shape[1], scheme))
            }
            try maker.quantizedOutput(maker.add("Concat", parts, ["axis": .int(axis)]), sharesScale ? scheme : nil)
            try expectEqual(maker, kernel: "concat", seed: seed)
        }
    }

    @Test("A vector, a matrix and a line concatenate", arguments: [[4], [2, 3], [2, 3, 5]])
    func lowRank(_ shape: [Int]) throws {
        var maker = IslandMaker(seed: 1)
        let scheme = CodeScheme.random(&maker.numbers)
        let parts = [try maker.activation(shape, scheme), try maker.activation(shape, scheme)]
        try maker.quantizedOutput(maker.add("Concat", parts, ["axis": .int(shape.count - 1)]), scheme)
        try expectEqual(maker)
    }

    static let movements: [(OperatorName, [[Int]], [(String, Attribute)])] = [
        ("Reshape", [[2, 30, 4]], []), ("Flatten", [], [("axis", .int(2))]),
        ("Transpose", [], [("perm", .ints([0, 2, 3, 1]))]), ("Transpose", [], []),
        ("Slice", [[1, 0], [5, 3], [1, 3], [2, 1]], []), ("Pad", [[0, 1, 0, 2, 0, 0, 1, 0]], []),
        ("Pad", [[0, 0, 1, 1, 0, 0, 1, 1]], [("mode", .text("reflect"))]),
        ("Unsqueeze", [[0, 3]], []), ("Gather", [[2, 0]], [("axis", .int(1))]), ("Expand", [[2, 2, 5, 6, 4]], []),
        ("Tile", [[1, 2, 1, 1]], []), ("Identity", [], []), ("Dropout", [], []),
        ("DepthToSpace", [], [("blocksize", .int(1))]),
    ]

    @Test(
        "An operator that moves codes is its island's reference evaluation", arguments: 0..<movements.count,
        [true, false])
    func movement(_ index: Int, keepsScale: Bool) throws {
        let (op, operands, attributes) = QuantizedMovementTests.movements[index]
        for seed in 0..<4 as Range<UInt64> {
            var maker = IslandMaker(seed: seed)
            let scheme = CodeScheme.random(&maker.numbers)
            let channelsLast = try maker.convolved(try maker.activation([2, 5, 6, 4], scheme), channels: 5, scheme)
            let constants = try operands.map { try maker.integers($0) }
            let value = maker.add(op, [channelsLast] + constants)
            for (name, attribute) in attributes {
                maker.graph.nodes[maker.graph.nodes.count - 1].attributes[name] = attribute
            }
            try maker.quantizedOutput(seed % 2 == 0 ? value : maker.add("Relu", [value]), keepsScale ? scheme : nil)
            try expectEqual(maker, kernel: "qgemm", allowsReference: true, seed: seed)
        }
    }

    @Test("All parts of a Split are their islands' reference evaluations")
    func split() throws {
        var maker = IslandMaker(seed: 7)
        let scheme = CodeScheme.random(&maker.numbers)
        let x = try maker.activation([2, 6, 4], scheme)
        let sizes = try maker.integers([1, 3, 2])
        maker.graph.nodes.append(
            Node("Split", inputs: [x, sizes], outputs: ["a", "b", "c"], attributes: ["axis": .int(1)]))
        try maker.quantizedOutput("a", scheme)
        try maker.quantizedOutput("b")
        maker.output("c")
        try expectEqual(maker)
    }

    @Test("Squeeze of codes gives what the reference gives")
    func squeeze() throws {
        var maker = IslandMaker(seed: 8)
        let scheme = CodeScheme.random(&maker.numbers)
        let x = try maker.activation([1, 6, 1, 4], scheme)
        try maker.quantizedOutput(maker.add("Squeeze", [x, try maker.integers([0, 2])]), scheme)
        try expectEqual(maker)
    }

    @Test("Codes of one scale become codes of another")
    func requantization() throws {
        for seed in 0..<20 as Range<UInt64> {
            var maker = IslandMaker(seed: seed)
            let x = try maker.activation([2, 3, 8, 8])
            try maker.quantizedOutput(x, seed % 2 == 0 ? .random(&maker.numbers) : nil)
            try expectEqual(maker, kernel: seed % 2 == 0 ? nil : "table", seed: seed)
        }
    }

    @Test("The same real numbers as signed and as unsigned codes are the same bytes plus 128")
    func signChange() throws {
        for isSigned in [true, false] {
            var maker = IslandMaker(seed: 3)
            let x = try maker.activation(
                [7, 9], CodeScheme(scale: 0.1, zeroPoint: isSigned ? -28 : 100, isSigned: isSigned))
            try maker.quantizedOutput(x, CodeScheme(scale: 0.1, zeroPoint: isSigned ? 100 : -28, isSigned: !isSigned))
            try expectEqual(maker)
        }
    }
}

extension IslandMaker {
    /// A 1×1 convolution to codes of a scheme and back: a value that lies channels-last in the arena.
    mutating func convolved(_ value: ValueName, channels: Int, _ scheme: CodeScheme) throws -> ValueName {
        let weight = try self.weight([channels, channels, 1, 1], axis: 0)
        return try dequantize(try quantize(add("Conv", [value, weight]), scheme), scheme)
    }
}
