import BitdepthGraphs
import BitdepthTensors
import Testing

@testable import BitdepthRuntime

@Suite("Inputs and graphs that cannot run")
struct RunErrorTests {
    private func matrixProduct() throws -> IslandMaker {
        var maker = IslandMaker(seed: 1)
        let x = try maker.floatInput([2, 3])
        maker.output(maker.add("MatMul", [x, try maker.floats([3, 4])]))
        maker.graph.inputs[0].type = TensorType(.float32, PartialShape([.symbol("n"), .known(3)]))
        return maker
    }

    @Test("Missing, unknown and misshapen inputs are named in a clear error")
    func inputs() throws {
        let session = try CompiledGraph(try matrixProduct().graph).makeSession()
        let good = try Tensor([Float](repeating: 0, count: 6), shape: [2, 3])
        let wrong: [[String: Tensor]] = [
            [:], ["y": good], ["x1": good, "y": good], ["x1": try Tensor([1, 2, 3] as [Float])],
            ["x1": try Tensor([Int32](repeating: 0, count: 6), shape: [2, 3])],
            ["x1": try Tensor([Float](repeating: 0, count: 8), shape: [2, 4])],
            ["x1": try Tensor([Float](repeating: 0, count: 6), shape: [1, 2, 3])],
        ]
        for inputs in wrong {
            let error = #expect(throws: BitdepthError.self) { _ = try session.run(inputs) }
            #expect(error?.code == .badData, "\(inputs)")
        }
        #expect(try session.run(["x1": good])["v3"]?.shape == (try Shape([2, 4])))
    }

    @Test("A batch of nothing gives outputs of nothing, or a clear error")
    func emptyBatch() throws {
        var maker = IslandMaker(seed: 2)
        for kind in [ConvolutionKind.plain, .depthwise, .grouped] {
            let value = try maker.addConvolution(kind)
            try maker.quantizedOutput(maker.add("Relu", [value]))
        }
        let x = try maker.activation([2, 3, 4, 4])
        try maker.quantizedOutput(maker.add("Add", [x, x]))
        try maker.quantizedOutput(maker.add("Concat", [x, x], ["axis": .int(1)]))
        try maker.quantizedOutput(maker.add("GlobalAveragePool", [x]))
        try maker.quantizedOutput(maker.add("Sigmoid", [x]))
        try maker.quantizedOutput(maker.add("Flatten", [x]))
        try maker.quantizedOutput(maker.add("MatMul", [x, try maker.weight([4, 5], axis: 1)]))
        for index in maker.graph.inputs.indices {
            let type = try #require(maker.graph.inputs[index].type)
            let shape = try Shape([0] + (try #require(type.shape.shape)).dimensions.dropFirst())
            maker.graph.inputs[index].type = TensorType(type.element, shape)
            maker.inputs[maker.graph.inputs[index].name.text] = try Tensor(zeros: shape, type: type.element)
        }
        try expectEmptyOrError(maker)
    }

    private func expectEmptyOrError(_ maker: IslandMaker) throws {
        for fuses in [true, false] {
            do {
                let found = try CompiledGraph(maker.graph, options: CompileOptions(fuses: fuses), threads: 2)
                    .makeSession().run(maker.inputs)
                #expect(found.values.allSatisfy { $0.count == 0 })
            } catch {
                #expect(error is BitdepthError, "\(error)")
            }
        }
    }

    /// Graphs whose attributes or shapes are as large as they may be, and types of inputs that no machine holds.
    static let hostile:
        [(name: String, op: OperatorName, weight: [Int]?, attributes: [(String, Attribute)], input: [Int])] = [
            (
                "huge kernel", "MaxPool", nil,
                [("kernel_shape", .ints([1 << 23, 1 << 23])), ("pads", .ints([1 << 22, 1 << 22, 1 << 22, 1 << 22]))],
                [1, 1, 4, 4]
            ),
            (
                "huge kernel that fits", "AveragePool", nil,
                [
                    ("kernel_shape", .ints([1 << 23, 1 << 23])),
                    ("pads", .ints([(1 << 23) - 1, (1 << 23) - 1, (1 << 23) - 1, (1 << 23) - 1])),
                    ("strides", .ints([1 << 31, 1 << 31])),
                ], [1, 1, 4, 4]
            ),
            (
                "huge pads", "Conv", [1, 1, 1, 1],
                [("pads", .ints([1 << 31, 1 << 31, 1 << 31, 1 << 31])), ("strides", .ints([1 << 31, 1 << 31]))],
                [1, 1, 4, 4]
            ),
            (
                "huge strides", "Conv", [1, 1, 1, 1], [("strides", .ints([1 << 31, 1 << 31]))],
                [1, 1, 1 << 20, 1 << 20]
            ),
            (
                "huge dilations", "Conv", [1, 1, 2, 2],
                [("dilations", .ints([1 << 31, 1 << 31])), ("pads", .ints([1 << 31, 1 << 31, 1 << 31, 1 << 31]))],
                [1, 1, 4, 4]
            ),
            ("huge image", "Conv", [64, 1, 3, 3], [], [1, 1, 1 << 24, 1 << 24]),
            ("huge batch", "Conv", [64, 1, 1, 1], [], [1 << 48, 1, 1, 1]),
            ("huge rows", "MatMul", [1, 1 << 12], [], [1 << 48, 1]),
            ("huge global pool", "GlobalAveragePool", nil, [], [1, 1, 1 << 24, 1 << 24]),
            (
                "huge transposed strides", "ConvTranspose", [1, 1, 2, 2], [("strides", .ints([1 << 31, 1 << 31]))],
                [1, 1, 4, 4]
            ),
            (
                "huge transposed sum", "ConvTranspose", [1 << 16, 1, 2, 2], [("strides", .ints([1 << 22, 1 << 22]))],
                [1, 1 << 16, 4, 4]
            ),
            ("huge elementwise", "Sigmoid", nil, [], [1 << 48]),
        ]

    @Test(
        "Shapes and attributes that no machine holds are errors, not traps", arguments: 0..<hostile.count,
        [true, false])
    func hostileGraphs(_ index: Int, isQuantized: Bool) throws {
        let (name, op, weightShape, attributes, extents) = RunErrorTests.hostile[index]
        var maker = IslandMaker(seed: 3)
        let scheme = CodeScheme(scale: 0.1, zeroPoint: 1, isSigned: false)
        let port = isQuantized ? try maker.codeInput([1], scheme) : try maker.floatInput([1])
        maker.graph.inputs[0].type = TensorType(isQuantized ? .uint8 : .float32, .unknown)
        let x = isQuantized ? try maker.dequantize(port, scheme) : port
        var operands: [ValueName?] = [x]
        if let weightShape {
            operands.append(isQuantized ? try maker.weight(weightShape, axis: nil) : try maker.floats(weightShape))
        }
        let value = maker.add(op, operands)
        for (name, attribute) in attributes {
            maker.graph.nodes[maker.graph.nodes.count - 1].attributes[name] = attribute
        }
        if isQuantized { maker.output(try maker.quantize(value, scheme)) } else { maker.output(value) }
        for fuses in [true, false] {
            do throws(BitdepthError) {
                let type = TensorType(isQuantized ? .uint8 : .float32, try Shape(extents))
                let program = try Compiler(maker.graph, options: CompileOptions(fuses: fuses)).program(for: [port: type]
                )
                // What could be compiled must have been planned within the addressable.
                #expect(program.workingBytes >= 0, "\(name)")
                _ = try AlignedMemory(count: min(program.workingBytes, 1 << 62) | 1 << 50)
                Issue.record("memory for \(name) came from nowhere")
            } catch {
                #expect(error.code != .internal, "\(name): \(error)")
            }
        }
    }

    @Test("An instruction set that the machine lacks is an error that lists those it has")
    func instructionSets() throws {
        for set in InstructionSet.allCases where !set.isSupported {
            let compiled = try CompiledGraph(try matrixProduct().graph, options: CompileOptions(instructionSet: set))
            #expect(throws: BitdepthError.self) { _ = try compiled.program(for: try matrixProduct().inputs) }
        }
        #expect(InstructionSet.scalar.isSupported)
        #expect(InstructionSet.best.isSupported)
    }
}
