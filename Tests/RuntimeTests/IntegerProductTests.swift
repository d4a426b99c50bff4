import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors
import Testing

@testable import BitdepthRuntime

@Suite("Products of codes quantized in running")
struct IntegerProductTests {
    /// Checks that every instruction set gives what the references give, bit for bit.
    private func expectExact(_ maker: IslandMaker, kernels expected: [String]) throws {
        let reference = try maker.expected()
        for set in IslandTally.supportedSets {
            for threads in [1, 3] {
                let compiled = try CompiledGraph(
                    maker.graph, options: CompileOptions(instructionSet: set), threads: threads)
                let found = try compiled.makeSession().run(maker.inputs)
                for (output, tensor) in reference { #expect(found[output.text] == tensor, "\(set) \(output)") }
                let kernels = try compiled.program(for: maker.inputs).descriptions.map {
                    String($0.kernel.prefix { $0 != " " })
                }
                #expect(kernels.filter { $0 != "copy" } == expected)
            }
        }
    }

    @Test(
        "Dynamically quantized products are exact, for symmetric and shifted weights, one zero point or one a column",
        arguments: [("int8", 0), ("int8", 1), ("int8", 33), ("uint8", 0), ("uint8", 1), ("uint8", 33)])
    func dynamic(type: String, zeroPoints: Int) throws {
        var maker = IslandMaker(seed: 4)
        let x = try maker.floatInput([2, 5, 40])
        let element: ElementType = type == "int8" ? .int8 : .uint8
        let codes = maker.numbers.codes(40 * 33, element)
        let weights = maker.constant(try Tensor(integers: codes, shape: try Shape([40, 33]), type: element))
        let outputs = ["codes", "scale", "zero"].map { maker.newName($0) }
        maker.graph.nodes.append(Node("DynamicQuantizeLinear", name: "d", inputs: [x], outputs: outputs))
        var inputs: [ValueName?] = [outputs[0], weights, outputs[2]]
        if zeroPoints > 0 {
            let zeros = maker.numbers.codes(zeroPoints, element)
            let shape: Shape = zeroPoints == 1 ? .scalar : Shape.vector(33)
            inputs.append(maker.constant(try Tensor(integers: zeros, shape: shape, type: element)))
        }
        let sums = maker.add("MatMulInteger", inputs)
        let reals = maker.add("Cast", [sums], ["to": .int(1)])
        maker.output(maker.add("Mul", [reals, outputs[1]]))
        try expectExact(maker, kernels: ["quantize", "qgemm", "cast", "sbroadcast"])
    }

    @Test(
        "Dynamically quantized convolutions are exact, their borders are the zero point that is met",
        arguments: [("int8", 0, 0), ("int8", 1, 1), ("uint8", 5, 1), ("uint8", 1, 0)])
    func dynamicConvolution(type: String, zeroPoints: Int, pad: Int) throws {
        var maker = IslandMaker(seed: 6)
        let x = try maker.floatInput([2, 3, 7, 6], in: -1...3)
        let element: ElementType = type == "int8" ? .int8 : .uint8
        let codes = maker.numbers.codes(5 * 3 * 3 * 2, element)
        let filters = maker.constant(try Tensor(integers: codes, shape: try Shape([5, 3, 3, 2]), type: element))
        let outputs = ["codes", "scale", "zero"].map { maker.newName($0) }
        maker.graph.nodes.append(Node("DynamicQuantizeLinear", name: "d", inputs: [x], outputs: outputs))
        var inputs: [ValueName?] = [outputs[0], filters, outputs[2]]
        if zeroPoints > 0 {
            let zeros = maker.numbers.codes(zeroPoints, element)
            let shape: Shape = zeroPoints == 1 ? .scalar : Shape.vector(5)
            inputs.append(maker.constant(try Tensor(integers: zeros, shape: shape, type: element)))
        }
        maker.output(maker.add("ConvInteger", inputs, ["pads": .ints([pad, pad, pad, 0]), "strides": .ints([2, 1])]))
        try expectExact(maker, kernels: ["quantize", "qgemm"])
    }

    @Test("The range of any values is found, and a constant one gives scale 1", arguments: [1, 31, 4096, 10_000])
    func ranges(count: Int) throws {
        for range in [Float(-3)...5, 2...4, -4 ... -1, 0...0] {
            var maker = IslandMaker(seed: UInt64(count))
            let x = try maker.floatInput([count], in: range)
            let outputs = ["codes", "scale", "zero"].map { maker.newName($0) }
            maker.graph.nodes.append(Node("DynamicQuantizeLinear", name: "d", inputs: [x], outputs: outputs))
            for output in outputs { maker.output(output) }
            try expectExact(maker, kernels: ["quantize"])
        }
    }

    @Test("NaN says nothing of the range, and the numbers beside it count", arguments: [3, 5000])
    func rangeBesideNaN(count: Int) throws {
        var maker = IslandMaker(seed: 5)
        let x = try maker.floatInput([count])
        var reals = [Float](repeating: 0.5, count: count)
        (reals[0], reals[1], reals[2]) = (-2, .nan, 3)
        maker.inputs[x.text] = try Tensor(reals)
        let outputs = ["codes", "scale", "zero"].map { maker.newName($0) }
        maker.graph.nodes.append(Node("DynamicQuantizeLinear", name: "d", inputs: [x], outputs: outputs))
        for output in outputs { maker.output(output) }
        try expectExact(maker, kernels: ["quantize"])
    }

    @Test("A matrix whose sums could leave 32 bits is left to the reference")
    func tooLarge() throws {
        let matrix = try Tensor(
            integers: [Int](repeating: 127, count: 40_000), shape: try Shape([40_000, 1]), type: .int8)
        #expect(IntegerProductWeights(matrix, zeroPoint: nil) == nil)
        #expect(IntegerProductWeights(try matrix.reshaped(to: try Shape([400, 100])), zeroPoint: nil) != nil)
    }
}
