import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors
import Testing

@testable import BitdepthRuntime

/// One node that has a float kernel, with the shape of its input.
struct FloatKernelCase: Sendable, CustomTestStringConvertible {
    var op: OperatorName
    var shape: [Int]
    /// Further constant inputs, by shape; `nil` is one that is left out.
    var constants: [[Int]?] = []
    var integers: [[Int]] = []
    var attributes: [String: Attribute] = [:]
    var kernel: String

    var testDescription: String {
        "\(op.type) of \(shape) \(attributes.keys.sorted().joined(separator: " "))\(integers)"
    }

    static let functions: [FloatKernelCase] = [
        "Sigmoid", "Tanh", "Exp", "Abs", "Neg", "Erf", "HardSwish", "Mish", "Softplus", "Softsign", "Gelu", "Swish",
        "HardSigmoid", "LeakyRelu", "Elu", "Selu", "Celu",
    ].map { FloatKernelCase(op: OperatorName($0), shape: [2, 5, 3, 7], kernel: "sunary") }

    static let lanes: [FloatKernelCase] =
        ["Softmax", "LogSoftmax"].flatMap { op in
            [-1, 1, 2, 0].map { axis in
                FloatKernelCase(
                    op: OperatorName(op), shape: [2, 33, 3, 5], attributes: ["axis": .int(axis)], kernel: "ssoftmax")
            }
        }
        + ["ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceL1", "ReduceL2", "ReduceSumSquare"].flatMap {
            op in
            [[1], [3, 2], [-1], [0], [0, 1, 2, 3], [1, 2]].flatMap { axes in
                [0, 1].map { keeps in
                    FloatKernelCase(
                        op: OperatorName(op), shape: [2, 33, 3, 5], integers: [axes],
                        attributes: ["keepdims": .int(keeps)],
                        // A mean over all pixels becomes a pool before it is lowered.
                        kernel: op == "ReduceMean" && axes == [3, 2] ? "spool" : "sreduce")
                }
            }
        }

    static let normalizations: [FloatKernelCase] =
        [[2, 3, 40], [1, 1, 1, 33]].map {
            FloatKernelCase(
                op: "LayerNormalization", shape: $0, constants: [[$0.last ?? 1], [$0.last ?? 1]], kernel: "snormalize")
        } + [
            FloatKernelCase(
                op: "LayerNormalization", shape: [2, 4, 3, 5], constants: [[4, 3, 5]], attributes: ["axis": .int(1)],
                kernel: "snormalize"),
            FloatKernelCase(op: "RMSNormalization", shape: [3, 50], constants: [[50]], kernel: "snormalize"),
            FloatKernelCase(
                op: "InstanceNormalization", shape: [2, 5, 20, 15], constants: [[5], [5]],
                attributes: ["epsilon": .float(0.1)], kernel: "schannelsums"),
            FloatKernelCase(
                op: "InstanceNormalization", shape: [2, 5, 40], constants: [[5], [5]],
                attributes: ["epsilon": .float(0.1)], kernel: "schannelsums"),
            FloatKernelCase(
                op: "GroupNormalization", shape: [2, 12, 20, 15], constants: [[12], [12]],
                attributes: ["num_groups": .int(3), "epsilon": .float(0.1)], kernel: "schannelsums"),
        ]

    static let movements: [FloatKernelCase] = [
        FloatKernelCase(
            op: "Slice", shape: [2, 5, 4, 6], integers: [[1, -1], [3, -5], [1, 3], [1, -2]], kernel: "copy"),
        FloatKernelCase(op: "Expand", shape: [2, 5, 1, 6], integers: [[2, 5, 3, 6]], kernel: "copy"),
        FloatKernelCase(op: "Expand", shape: [5, 1], integers: [[2, 5, 3]], kernel: "copy"),
        FloatKernelCase(op: "Tile", shape: [2, 5, 2, 3], integers: [[1, 2, 2, 1]], kernel: "copy"),
        FloatKernelCase(op: "Pad", shape: [2, 5, 4, 3], integers: [[0, 1, 1, 2, 0, 0, 2, 0]], kernel: "copy"),
        FloatKernelCase(
            op: "Pad", shape: [2, 5, 4, 3], integers: [[0, 0, 1, 2, 0, 0, 2, 1]],
            attributes: ["mode": .text("reflect")], kernel: "copy"),
        FloatKernelCase(op: "DepthToSpace", shape: [2, 12, 4, 3], attributes: ["blocksize": .int(2)], kernel: "copy"),
        FloatKernelCase(op: "SpaceToDepth", shape: [2, 3, 4, 6], attributes: ["blocksize": .int(2)], kernel: "copy"),
        FloatKernelCase(
            op: "Gather", shape: [2, 5, 4, 3], integers: [[4, 0, -2]], attributes: ["axis": .int(1)], kernel: "copy"),
        FloatKernelCase(
            op: "Transpose", shape: [2, 5, 4, 3], attributes: ["perm": .ints([0, 2, 1, 3])], kernel: "copy"),
        FloatKernelCase(
            op: "Transpose", shape: [2, 5, 4, 3], attributes: ["perm": .ints([1, 3, 2, 0])], kernel: "copy"),
    ]
}

@Suite("Float kernels in graphs")
struct FloatKernelGraphTests {
    /// The node between two convolutions, so that its values lie channels-last, or by itself.
    private func maker(_ test: FloatKernelCase, isBetweenConvolutions: Bool) throws -> IslandMaker {
        var maker = IslandMaker(seed: 3)
        var x = try maker.floatInput(test.shape)
        if isBetweenConvolutions {
            let channels = test.shape[1]
            x = maker.add("Conv", [x, try maker.floats([channels, channels, 1, 1])])
        }
        var inputs: [ValueName?] = [x]
        for shape in test.constants { inputs.append(try shape.map { try maker.floats($0) }) }
        for values in test.integers { inputs.append(try maker.integers(values)) }
        x = maker.add(test.op, inputs)
        maker.graph.nodes[maker.graph.nodes.count - 1].attributes.merge(test.attributes) { _, new in new }
        maker.output(x)
        return maker
    }

    @Test(
        "A kernel gives what the reference gives in either layout, with the same bits for all sets and threads",
        arguments: FloatKernelCase.functions + FloatKernelCase.lanes + FloatKernelCase.normalizations
            + FloatKernelCase.movements)
    func kernels(_ test: FloatKernelCase) throws {
        try expectEqual(try maker(test, isBetweenConvolutions: false), kernel: test.kernel)
        if test.shape.count == 4 { try expectEqual(try maker(test, isBetweenConvolutions: true), kernel: test.kernel) }
    }

    @Test(
        "Operands of any shape broadcast in either layout",
        arguments: [[1, 6, 1, 1], [2, 6, 4, 5], [1, 1, 4, 5], [5], [1], [2, 1, 1, 5], [4, 1], [6, 1, 1]])
    func broadcasts(shape: [Int]) throws {
        for isConvolved in [false, true] {
            for op: OperatorName in ["Add", "Sub", "Mul", "Div"] {
                for isConstant in [false, true] {
                    var maker = IslandMaker(seed: 9)
                    var x = try maker.floatInput([2, 6, 4, 5])
                    if isConvolved { x = maker.add("Conv", [x, try maker.floats([6, 6, 1, 1])]) }
                    let y = isConstant ? try maker.floats(shape, in: 1...2) : try maker.floatInput(shape, in: 1...2)
                    maker.output(maker.add(op, [x, y]))
                    maker.output(maker.add(op, [y, maker.add("Exp", [x])]))
                    try expectEqual(maker)
                }
            }
        }
    }

    @Test("Split gives each of its parts", arguments: [0, 1, 2, 3])
    func split(axis: Int) throws {
        var maker = IslandMaker(seed: 5)
        let x = maker.add("Conv", [try maker.floatInput([4, 6, 4, 8]), try maker.floats([6, 6, 1, 1])])
        let parts = (0..<2).map { _ in maker.newName("part") }
        var node = Node("Split", name: "split", inputs: [x], outputs: parts)
        node.attributes["axis"] = .int(axis)
        maker.graph.nodes.append(node)
        for part in parts { maker.output(part) }
        try expectEqual(maker, kernel: "copy")
    }

    @Test("Rows are gathered by indices that the graph is given, from the end too", arguments: [0, 1])
    func gathering(axis: Int) throws {
        for isConstant in [true, false] {
            var maker = IslandMaker(seed: 6)
            let table = isConstant ? try maker.floats([7, 5, 3]) : try maker.floatInput([7, 5, 3])
            let indices = maker.newName("indices")
            let values = try Tensor([Int64(4), -1, 0, 2, -5, 1], shape: [2, 3])
            maker.graph.inputs.append(.init(indices, TensorType(of: values)))
            maker.inputs[indices.text] = values
            maker.output(maker.add("Gather", [table, indices], ["axis": .int(axis)]))
            try expectEqual(maker, kernel: "gather")
            maker.inputs[indices.text] = try Tensor([Int64(4), -1, 0, 7, -5, 1], shape: [2, 3])
            let session = try CompiledGraph(maker.graph).makeSession()
            let error = #expect(throws: BitdepthError.self) { _ = try session.run(maker.inputs) }
            #expect(error?.code == .valueOutOfRange)
            #expect(error?.message == "index 7 is outside of an extent of \(axis == 0 ? 7 : 5)")
        }
    }

    @Test("Rows are gathered by constant indices from a constant table", arguments: [0, 1])
    func constantRows(axis: Int) throws {
        var maker = IslandMaker(seed: 7)
        let rows = maker.add(
            "Gather", [try maker.floats([7, 5]), try maker.integers([3, -1, 0])], ["axis": .int(axis)])
        maker.output(maker.add("Mul", [rows, try maker.floatInput([1])]))
        try expectEqual(maker)
    }

    @Test(
        "Where takes elements of either value, whatever broadcasts",
        arguments: [
            ([2, 3, 5], [2, 3, 5], [2, 3, 5]), ([2, 3, 1], [2, 3, 5], []), ([5], [2, 3, 1], [3, 5]), ([], [4], [3, 1]),
            ([2, 1, 1, 5], [2, 3, 4, 5], [1]), ([2, 3], [], [1, 1]),
        ])
    func selection(_ condition: [Int], _ first: [Int], _ second: [Int]) throws {
        var maker = IslandMaker(seed: 12)
        let asked = maker.add("Greater", [try maker.floatInput(condition), try maker.scalar(0)])
        let a = try maker.floatInput(first)
        maker.output(maker.add("Where", [asked, a, try maker.floats(second)]))
        maker.output(maker.add("Where", [asked, try maker.floats(second), maker.add("Exp", [a])]))
        let whole = maker.add("Cast", [a], ["to": .int(7)])
        maker.output(maker.add("Where", [asked, whole, maker.constant(try Tensor([Int64(7)]))]))
        // The reference is that of the Cast.
        try expectEqual(maker, kernel: "select", allowsReference: true)
    }

    @Test("Values of any type are said in another shape without work")
    func reshaped() throws {
        var maker = IslandMaker(seed: 13)
        let asked = maker.add("Greater", [try maker.floatInput([2, 6]), try maker.scalar(0)])
        maker.output(maker.add("Unsqueeze", [asked, try maker.integers([0])]))
        let codes = try maker.codeInput([4, 6], CodeScheme(scale: 1, zeroPoint: 0, isSigned: true))
        maker.output(maker.add("Reshape", [codes, try maker.integers([2, -1])]))
        try expectEqual(maker, kernel: "compare")
    }

    @Test(
        "Comparisons broadcast, for floats with NaN and for integers",
        arguments: ["Equal", "Less", "LessOrEqual", "Greater", "GreaterOrEqual"])
    func comparisons(_ name: String) throws {
        let floats: [Float] = [1, .nan, 2, -0.0, 0, .infinity]
        for isConstant in [false, true] {
            var maker = IslandMaker(seed: 10)
            let x = try maker.floatInput([3, 6])
            maker.inputs[x.text] = try Tensor(floats + floats.reversed() + [2, 1, 0, 0, .nan, 1], shape: [3, 6])
            let y = isConstant ? maker.constant(try Tensor(floats)) : try maker.floatInput([6])
            maker.output(maker.add(OperatorName(name), [x, y]))
            let codes = try maker.codeInput([2, 5], CodeScheme(scale: 1, zeroPoint: 0, isSigned: false))
            let whole = maker.add("Cast", [codes], ["to": .int(7)])
            maker.output(maker.add(OperatorName(name), [whole, maker.constant(try Tensor([Int64(100)]))]))
            let expected = try maker.expected()
            for set in IslandTally.supportedSets {
                let compiled = try CompiledGraph(maker.graph, options: CompileOptions(instructionSet: set), threads: 2)
                let found = try compiled.makeSession().run(maker.inputs)
                for (output, tensor) in expected { #expect(found[output.text] == tensor) }
                let kernels = try compiled.program(for: maker.inputs).descriptions.map(\.kernel)
                #expect(kernels.count { $0 == "compare" } == 2, "\(kernels)")
            }
        }
    }

    @Test("Booleans and integers are cast as the reference casts them", arguments: [1, 7])
    func casts(target: Int) throws {
        var maker = IslandMaker(seed: 11)
        let codes = try maker.codeInput([3, 50], CodeScheme(scale: 1, zeroPoint: 0, isSigned: false))
        let isLarge = maker.add("Greater", [codes, maker.constant(try Tensor([UInt8(100)]))])
        let whole = maker.newName("whole")
        let values = try Tensor([Int32.min, -1, 0, 16_777_217, Int32.max])
        maker.graph.inputs.append(.init(whole, TensorType(of: values)))
        maker.inputs[whole.text] = values
        for value in [codes, isLarge, whole] { maker.output(maker.add("Cast", [value], ["to": .int(target)])) }
        let compiled = try CompiledGraph(maker.graph, threads: 2)
        let found = try compiled.makeSession().run(maker.inputs)
        for (output, tensor) in try maker.expected() { #expect(found[output.text] == tensor) }
        let kernels = try compiled.program(for: maker.inputs).descriptions.map(\.kernel)
        #expect(kernels.count { $0 == "cast" } == 3, "\(kernels)")
    }

    @Test("A border has the value that Pad is given")
    func border() throws {
        var maker = IslandMaker(seed: 7)
        let x = try maker.floatInput([2, 3])
        maker.output(maker.add("Pad", [x, try maker.integers([1, 0, 0, 2]), try maker.scalar(-2.5)]))
        try expectEqual(maker, kernel: "copy")
    }

    @Test("Images enlarged by nearest neighbours stay in their layout")
    func nearest() throws {
        var maker = IslandMaker(seed: 8)
        let x = maker.add("Conv", [try maker.floatInput([1, 6, 4, 5]), try maker.floats([6, 6, 1, 1])])
        let scales = maker.constant(try Tensor([1, 1, 2, 3] as [Float]))
        let y = maker.add("Resize", [x, nil, scales], ["mode": .text("nearest")])
        maker.output(maker.add("Conv", [y, try maker.floats([2, 6, 1, 1])]))
        try expectEqual(maker, kernel: "copy")
        let kernels = try CompiledGraph(maker.graph).program(for: maker.inputs).descriptions
        #expect(kernels.count { $0.operatorType == "Transpose" } <= 2, "\(kernels.map(\.operatorType))")
    }

    @Test("A transposition that says what the other layout says costs nothing")
    func freeTransposition() throws {
        var maker = IslandMaker(seed: 9)
        let x = maker.add("Conv", [try maker.floatInput([1, 6, 4, 5]), try maker.floats([6, 6, 1, 1])])
        let last = maker.add("Transpose", [x], ["perm": .ints([0, 2, 3, 1])])
        let normal = maker.add("LayerNormalization", [last, try maker.floats([6]), try maker.floats([6])])
        let first = maker.add("Transpose", [normal], ["perm": .ints([0, 3, 1, 2])])
        maker.output(maker.add("Conv", [first, try maker.floats([2, 6, 1, 1])]))
        try expectEqual(maker, kernel: "snormalize")
        let steps = try CompiledGraph(maker.graph).program(for: maker.inputs).descriptions
        // The input is brought channels-last, the output back.
        #expect(steps.count { $0.operatorType == "Transpose" } == 2, "\(steps.map(\.operatorType))")
    }
}
