import BitdepthGraphs
import BitdepthTensors
import Testing

@testable import BitdepthRuntime

@Suite("Element by element on codes")
struct QuantizedElementwiseTests {
    @Test(
        "An operation of two quantized tensors is its island's reference evaluation",
        arguments: ["Add", "Sub", "Mul", "Div"])
    func binary(_ op: String) throws {
        var tally = IslandTally()
        for seed in 0..<24 as Range<UInt64> {
            var maker = IslandMaker(seed: seed)
            let shape = [2, 5, 7, maker.numbers.choice([1, 3, 8]) ?? 3]
            let value = maker.add(OperatorName(op), [try maker.activation(shape), try maker.activation(shape)])
            try maker.quantizedOutput(maker.numbers.chance(0.5) ? maker.add("Relu", [value]) : value)
            try tally.compare(maker, kernel: "qbinary", seed: seed)
        }
        tally.expectAgreement()
    }

    @Test(
        "Operands that broadcast, computed or constant, give what the reference gives in either layout",
        arguments: [[1, 5, 1, 1], [7], [2, 1, 7, 7], [5, 1, 1], [7, 1], [2, 5, 7, 7], [1, 7]])
    func broadcast(_ shape: [Int]) throws {
        for (seed, isConstant) in [false, true].enumerated() {
            for op: OperatorName in ["Add", "Sub", "Mul", "Div"] {
                var maker = IslandMaker(seed: UInt64(seed + 3))
                let x = try maker.activation([2, 5, 7, 7])
                let y = isConstant ? try maker.weight(shape, axis: nil) : try maker.activation(shape)
                try maker.quantizedOutput(maker.randomActivation(maker.add(op, seed == 0 ? [x, y] : [y, x])))
                let pooled = maker.add("MaxPool", [x], ["kernel_shape": .ints([1, 1])])
                try maker.quantizedOutput(maker.add(op, [pooled, y]))
                try expectEqual(maker, kernel: "qbinary")
            }
        }
    }

    @Test(
        "With a single constant on either side an operation is a table",
        arguments: ["Add", "Sub", "Mul", "Div"])
    func single(_ op: String) throws {
        for seed in 0..<8 as Range<UInt64> {
            var maker = IslandMaker(seed: seed)
            let x = try maker.activation([2, 5, 7])
            let y = seed < 4 ? try maker.floats([1, 1], in: 0.5...1) : try maker.weight([1], type: .uint8, axis: nil)
            try maker.quantizedOutput(maker.add(OperatorName(op), seed % 2 == 0 ? [x, y] : [y, x]))
            try expectEqual(maker, kernel: "table", seed: seed)
        }
    }

    @Test("A value added to itself gives what the reference gives")
    func twice() throws {
        var maker = IslandMaker(seed: 4)
        let x = try maker.activation([2, 5, 7])
        try maker.quantizedOutput(maker.add("Add", [x, x]))
        try expectEqual(maker, kernel: "qbinary")
    }

    @Test(
        "A table holds what the reference makes of each of the 256 codes",
        arguments: QuantizedPointwise.operators.sorted { $0.type < $1.type })
    func table(_ op: OperatorName) throws {
        for seed in 0..<6 as Range<UInt64> {
            var maker = IslandMaker(seed: seed)
            let scheme = CodeScheme.random(&maker.numbers)
            let x = try maker.activation([1, 4, 8, 8], scheme)
            let range = try #require(scheme.type.integerRange)
            for name in maker.inputs.keys {
                maker.inputs[name] = try Tensor(
                    integers: Array(range), shape: try Shape([1, 4, 8, 8]), type: scheme.type)
            }
            let bounds = op == "Clip" ? [try maker.scalar(-0.3), try maker.scalar(1.2)] : []
            let value = maker.add(op, [x] + bounds)
            try maker.quantizedOutput(seed % 3 == 2 ? maker.add("Relu", [value]) : value)
            try expectEqual(maker, kernel: "table", seed: seed)
        }
    }

    @Test("Bounds of a Clip that are infinite, or the wrong way round, keep their meaning")
    func oddBounds() throws {
        for (low, high) in [(-Float.infinity, Float(0.5)), (.infinity, .infinity), (-.infinity, -.infinity), (2, -1)] {
            var maker = IslandMaker(seed: 8)
            let scheme = CodeScheme(scale: 0.02, zeroPoint: 100, isSigned: false)
            let weight = try maker.weight([4, 3, 1, 1], axis: 0)
            let conv = maker.add("Conv", [try maker.activation([1, 3, 5, 5]), weight])
            try maker.quantizedOutput(maker.add("Clip", [conv, try maker.scalar(low), try maker.scalar(high)]), scheme)
            try expectEqual(maker)
        }
    }
}
