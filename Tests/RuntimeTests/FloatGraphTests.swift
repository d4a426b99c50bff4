import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors
import Testing

@testable import BitdepthRuntime

@Suite("Float graphs")
struct FloatGraphTests {
    @Test(
        "A random float graph computes what the reference computes to 1e-5 of the largest, for any batch",
        arguments: 0..<40 as Range<UInt64>)
    func random(seed: UInt64) throws {
        var maker = IslandMaker(seed: seed)
        try maker.addFloatNetwork()
        let name = maker.graph.inputs[0].name
        let shape = try #require(maker.inputs[name.text]).shape.dimensions
        maker.graph.inputs[0].type = TensorType(
            .float32, PartialShape([.symbol("batch")] + shape.dropFirst().map(Dimension.known)))
        for normalizes in [true, false] {
            let compiled = try CompiledGraph(maker.graph, options: CompileOptions(normalizes: normalizes), threads: 2)
            let session = compiled.makeSession()
            for batch in [1, 3, 0] {
                let dimensions = [batch] + shape.dropFirst()
                let tensor = try Tensor(maker.numbers.floats(dimensions.reduce(1, *), in: -3...3), shape: dimensions)
                let expected = try Interpreter(maker.graph).run([name: tensor])
                let found = try session.run([name.text: tensor])
                for (output, value) in expected {
                    try expectClose(try #require(found[output.text]), value, "batch \(batch), seed \(seed)")
                }
            }
        }
    }

    @Test("Float programs are bit-equal on every instruction set and thread count", arguments: 0..<12 as Range<UInt64>)
    func bitEquality(seed: UInt64) throws {
        var maker = IslandMaker(seed: seed &+ 500)
        try maker.addFloatNetwork()
        let expected = try CompiledGraph(maker.graph, options: CompileOptions(instructionSet: .scalar)).makeSession()
            .run(maker.inputs)
        for set in IslandTally.supportedSets {
            for threads in [1, 2, 5, 8] {
                let compiled = try CompiledGraph(
                    maker.graph, options: CompileOptions(instructionSet: set), threads: threads)
                #expect(try compiled.makeSession().run(maker.inputs) == expected, "\(set), \(threads) threads")
            }
        }
    }

    @Test("Relu and Clip keep NaN and infinities as the reference does", arguments: [false, true])
    func specialValues(isBehindConvolution: Bool) throws {
        let values: [Float] = [.nan, .infinity, -.infinity, -0.0, 0, 1e38, -1e38, .leastNonzeroMagnitude, 7, -7]
        var maker = IslandMaker(seed: 1)
        var x = try maker.floatInput([1, 10, 1, 1])
        maker.inputs[x.text] = try Tensor(values, shape: [1, 10, 1, 1])
        if isBehindConvolution {
            x = maker.add(
                "Conv", [x, maker.constant(try Tensor([Float](repeating: 1, count: 10), shape: [10, 1, 1, 1]))],
                ["group": .int(10)])
        }
        maker.output(maker.add("Relu", [x]))
        let copies = isBehindConvolution ? 3 : 1
        for _ in 0..<copies {
            maker.output(maker.add("Clip", [x, try maker.scalar(-1), try maker.scalar(2)]))
            maker.output(maker.add("Clip", [x, nil, try maker.scalar(.infinity)]))
        }
        let expected = try maker.expected()
        for set in IslandTally.supportedSets {
            let found = try CompiledGraph(maker.graph, options: CompileOptions(instructionSet: set)).makeSession().run(
                maker.inputs)
            for (name, tensor) in expected {
                let pairs = zip(try #require(found[name.text]).floats(), try tensor.floats())
                #expect(pairs.allSatisfy { $0 == $1 || $0.isNaN && $1.isNaN }, "\(set), \(name): \(pairs.map { $0 })")
            }
        }
    }

    @Test("Outputs that are inputs, constants or each other's aliases come out", arguments: [true, false])
    func trivialOutputs(normalizes: Bool) throws {
        var maker = IslandMaker(seed: 2)
        let x = try maker.floatInput([2, 3])
        let codes = try maker.codeInput([4], CodeScheme(scale: 1, zeroPoint: 0, isSigned: true))
        let constant = try maker.floats([2, 2])
        let shape = maker.add("Shape", [x])
        for value in [
            x, codes, constant, shape, maker.add("Identity", [x]), maker.add("Reshape", [x, try maker.integers([6])]),
        ] {
            maker.output(value)
        }
        maker.output(maker.add("Conv", [constant4(&maker), try maker.floats([2, 1, 1, 1])]))
        maker.output(try maker.quantize(constant, CodeScheme(scale: 0.01, zeroPoint: 3, isSigned: true)))
        let found = try CompiledGraph(maker.graph, options: CompileOptions(normalizes: normalizes)).makeSession().run(
            maker.inputs)
        for (name, tensor) in try maker.expected() { #expect(found[name.text] == tensor, "\(name)") }
    }

    private func constant4(_ maker: inout IslandMaker) -> ValueName {
        let name = maker.newName("c")
        maker.graph.initializers[name] = try? Tensor(maker.numbers.floats(9), shape: [1, 1, 3, 3])
        return name
    }

    @Test("An input with a default may be given or left out")
    func defaults() throws {
        var maker = IslandMaker(seed: 3)
        let x = try maker.floatInput([2, 3])
        let weight = try maker.floats([3, 4])
        maker.graph.inputs.append(.init(weight, TensorType(.float32, try Shape([3, 4]))))
        maker.output(maker.add("MatMul", [x, weight]))
        let session = try CompiledGraph(maker.graph).makeSession()
        let output = try #require(maker.graph.outputs.first?.name)
        func check(_ maker: IslandMaker) throws {
            let found = try session.run(maker.inputs)[output.text]
            let expected = try maker.expected()[output]
            try expectClose(try #require(found), try #require(expected))
        }
        let without = maker
        try check(without)
        maker.inputs[weight.text] = try Tensor([Float](repeating: 2, count: 12), shape: [3, 4])
        try check(maker)
        try check(without)
    }

    @Test("Float activations with quantized weights run in a float kernel", arguments: ["Conv", "MatMul"])
    func quantizedWeightsOnly(_ op: String) throws {
        var maker = IslandMaker(seed: 4)
        let isConv = op == "Conv"
        let x = try maker.floatInput(isConv ? [1, 40, 5, 5] : [3, 40])
        let weight = try maker.weight(isConv ? [30, 40, 1, 1] : [40, 30], isSymmetric: false, axis: isConv ? 0 : 1)
        maker.output(maker.add(OperatorName(op), [x, weight]))
        try expectEqual(maker, kernel: "sgemm")
    }
}

extension IslandMaker {
    /// Weights whose sums are about as large as what goes in: where a Clip cut large ones, 1e-5 of the rest is too little.
    private mutating func kernel(_ shape: [Int]) throws -> ValueName {
        let bound = (3 / Float(shape.dropFirst().reduce(1, *))).squareRoot()
        return try floats(shape, in: -bound...bound)
    }

    /// A few random float layers over images, then a classifier.
    mutating func addFloatNetwork() throws {
        var channels = numbers.choice([1, 3, 8, 17]) ?? 3
        var x = try floatInput([2, channels, 9, 8])
        for _ in 0..<Int.random(in: 2...5, using: &numbers) {
            switch Int.random(in: 0..<9, using: &numbers) {
            case 0, 1:
                let outputs = numbers.choice([1, 4, 16, 33]) ?? 4
                let size = numbers.choice([1, 3]) ?? 1
                x = add(
                    "Conv", [x, try kernel([outputs, channels, size, size]), try floats([outputs])],
                    ["pads": .ints([Int](repeating: size / 2, count: 4))])
                channels = outputs
            case 2:
                x = add(
                    "Conv", [x, try kernel([channels, 1, 3, 3])],
                    ["group": .int(channels), "auto_pad": .text("SAME_UPPER")])
            case 3: x = add("Add", [x, add("Conv", [x, try kernel([channels, channels, 1, 1])])])
            case 4: x = add("MaxPool", [x], ["kernel_shape": .ints([3, 3]), "pads": .ints([1, 1, 1, 1])])
            case 5:
                x = add(
                    "AveragePool", [x],
                    [
                        "kernel_shape": .ints([2, 2]), "pads": .ints([1, 0, 0, 1]),
                        "count_include_pad": .int(numbers.chance(0.5) ? 1 : 0),
                    ])
            case 6:
                x = add("Concat", [x, add("Sigmoid", [x])], ["axis": .int(1)])
                channels *= 2
            case 7: x = add("Mul", [x, add("HardSigmoid", [x])])
            // A small variance would blow rounding up.
            default:
                x = add(
                    "InstanceNormalization", [x, try floats([channels]), try floats([channels])], ["epsilon": .float(1)]
                )
            }
            x = try randomActivation(x)
            if numbers.chance(0.2) { output(x) }
        }
        let pooled = add("Flatten", [add("GlobalAveragePool", [x])])
        output(add("Gemm", [pooled, try floats([7, channels]), try floats([7])], ["transB": .int(1)]))
    }
}
