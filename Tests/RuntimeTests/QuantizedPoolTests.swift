import BitdepthGraphs
import BitdepthTensors
import Testing

@testable import BitdepthRuntime

@Suite("Pools of codes")
struct QuantizedPoolTests {
    @Test(
        "A pool of codes is its island's reference evaluation",
        arguments: ["MaxPool", "AveragePool", "GlobalAveragePool", "GlobalMaxPool"])
    func pool(_ op: String) throws {
        var tally = IslandTally()
        for seed in 0..<40 as Range<UInt64> {
            var maker = IslandMaker(seed: seed)
            let scheme = CodeScheme.random(&maker.numbers)
            let value = try maker.addPool(OperatorName(op), scheme)
            let keeps = op.hasSuffix("MaxPool") || maker.numbers.chance(0.3)
            try maker.quantizedOutput(value, keeps ? scheme : nil)
            try tally.compare(maker, kernel: op.contains("Average") ? nil : "qpool", seed: seed)
        }
        tally.expectAgreement()
    }

    @Test(
        "Means in the middle between two codes are decided as the unfused nodes decide",
        arguments: [[2, 2], [1, 2], [3, 3], [4, 4]], [1, 2, 0.25, 1.5] as [Float])
    func ties(_ kernel: [Int], ratio: Float) throws {
        var tally = IslandTally()
        for seed in 0..<4 as Range<UInt64> {
            var maker = IslandMaker(seed: seed)
            var scheme = CodeScheme.random(&maker.numbers)
            let x = try maker.activation([1, 16, 12, 12], scheme)
            let value = maker.add(
                "AveragePool", [x],
                ["kernel_shape": .ints(kernel), "strides": .ints(kernel), "pads": .ints([0, 1, 0, 0])])
            scheme.scale *= ratio
            try maker.quantizedOutput(value, scheme)
            try tally.compare(maker, kernel: "exact average", seed: seed)
        }
        tally.expectAgreement()
    }

    @Test(
        "Means that cannot be ties take the fast kernel", arguments: zip([[7, 7], [2, 2]], [1, 1.2345] as [Float]))
    func noTies(_ kernel: [Int], ratio: Float) throws {
        var maker = IslandMaker(seed: 1)
        var scheme = CodeScheme.random(&maker.numbers)
        let value = maker.add("GlobalAveragePool", [try maker.activation([2, 40] + kernel, scheme)])
        scheme.scale *= ratio
        try maker.quantizedOutput(value, scheme)
        try expectEqual(maker, kernel: "qpool")
    }

    @Test("A pool that no kernel takes gives what the reference gives")
    func others() throws {
        var maker = IslandMaker(seed: 2)
        // Three spatial axes, an activation behind, another scale behind a maximum, and a window in the border alone.
        let volume = try maker.activation([1, 2, 4, 5, 6])
        try maker.quantizedOutput(maker.add("AveragePool", [volume], ["kernel_shape": .ints([2, 2, 2])]))
        let x = try maker.activation([1, 3, 8, 8])
        let average = maker.add("AveragePool", [x], ["kernel_shape": .ints([3, 2]), "pads": .ints([2, 1, 2, 1])])
        try maker.quantizedOutput(maker.add("Relu", [average]))
        try maker.quantizedOutput(maker.add("MaxPool", [x], ["kernel_shape": .ints([3, 3])]))
        let border = maker.add(
            "AveragePool", [x],
            [
                "kernel_shape": .ints([2, 2]), "pads": .ints([1, 1, 1, 1]), "dilations": .ints([9, 9]),
                "strides": .ints([3, 3]),
            ])
        try maker.quantizedOutput(border)
        maker.output(border)
        var tally = IslandTally()
        try tally.compare(maker, kernel: nil, seed: 2)
    }

    @Test("An average over more codes than a 32-bit sum holds does not run on integers")
    func hugeWindow() throws {
        var maker = IslandMaker(seed: 1)
        let scheme = CodeScheme(scale: 0.01, zeroPoint: 0, isSigned: false)
        try maker.quantizedOutput(maker.add("GlobalAveragePool", [try maker.activation([1, 1, 1, 1], scheme)]), scheme)
        maker.graph.inputs[0].type?.shape = PartialShape([.known(1), .known(1), .unknown, .unknown])
        let type = TensorType(.uint8, try Shape([1, 1, 4096, 4096]))
        let program = try Compiler(maker.graph).program(for: [maker.graph.inputs[0].name: type])
        #expect(!program.descriptions.contains { $0.kernel.hasPrefix("qpool") })
    }
}

extension IslandMaker {
    mutating func addPool(_ op: OperatorName, _ scheme: CodeScheme) throws -> ValueName {
        let axes = numbers.chance(0.2) ? 1 : 2
        let extents = (0..<axes).map { _ in Int.random(in: 5...9, using: &numbers) }
        let x = try activation(
            [Int.random(in: 1...2, using: &numbers), numbers.choice([1, 3, 17, 32]) ?? 3] + extents, scheme)
        if op.type.hasPrefix("Global") { return add(op, [x]) }
        let kernel = (0..<axes).map { _ in Int.random(in: 1...3, using: &numbers) }
        let pads = (kernel + kernel).map { Int.random(in: 0..<$0, using: &numbers) }
        let value = add(
            op, [x],
            [
                "kernel_shape": .ints(kernel),
                "strides": .ints(kernel.map { _ in Int.random(in: 1...3, using: &numbers) }),
                "pads": .ints(pads), "ceil_mode": .int(numbers.chance(0.4) ? 1 : 0),
            ])
        if op == "AveragePool" {
            graph.nodes[graph.nodes.count - 1].attributes["count_include_pad"] = .int(numbers.chance(0.5) ? 1 : 0)
        }
        return value
    }
}
