import BitdepthGraphs
import BitdepthTensors
import Testing

@testable import BitdepthRuntime

enum ProductKind: String, CaseIterable, Sendable {
    case gemm, gemmTransposed, matMul, batchedMatMul, asymmetric, floatResult
}

@Suite("Matrix products of codes")
struct QuantizedMatrixProductTests {
    @Test("A matrix product of codes is its island's reference evaluation", arguments: ProductKind.allCases)
    func product(_ kind: ProductKind) throws {
        var tally = IslandTally()
        for seed in 0..<24 as Range<UInt64> {
            var maker = IslandMaker(seed: seed)
            let value = try maker.randomActivation(try maker.addProduct(kind))
            if kind == .floatResult { maker.output(value) } else { try maker.quantizedOutput(value) }
            try tally.compare(maker, kernel: "qgemm", seed: seed)
        }
        if kind != .floatResult { tally.expectAgreement() }
    }

    @Test(
        "A bias that differs from row to row is not taken for one of columns", arguments: [[4, 1], [4, 4], [1, 1]])
    func biasShape(_ shape: [Int]) throws {
        var maker = IslandMaker(seed: 9)
        let x = try maker.activation([4, 6])
        let weight = try maker.weight([6, 4], axis: nil)
        try maker.quantizedOutput(maker.add("Gemm", [x, weight, try maker.floats(shape, in: -5...5)]))
        try expectEqual(maker)
    }

    @Test("A float bias of a float result is rounded to units of the sum")
    func floatBias() throws {
        var maker = IslandMaker(seed: 12)
        let x = try maker.activation([3, 5], CodeScheme(scale: 0.5, zeroPoint: 3, isSigned: true))
        let weight = try maker.dequantize(
            maker.constant(try Tensor([Int8](repeating: 1, count: 20), shape: [5, 4])),
            CodeScheme(scale: 0.5, zeroPoint: 0, isSigned: true))
        maker.output(maker.add("Gemm", [x, weight, try maker.floats([4])]))
        let output = maker.graph.outputs[0].name
        let found = try #require(try CompiledGraph(maker.graph).makeSession().run(maker.inputs)[output.text])
        let expected = try #require(try maker.expected()[output])
        let differences = zip(try found.floats(), try expected.floats()).map { abs($0 - $1) }
        #expect(differences.allSatisfy { $0 <= 0.125 })
        #expect(differences.contains { $0 > 0 })
    }

    @Test(
        "A product of two computed matrices of codes is its island's reference evaluation",
        arguments: [
            ([3, 5], [5, 4]), ([2, 3, 24, 12], [2, 3, 12, 24]), ([2, 3, 7, 33], [1, 3, 33, 17]),
            ([1, 4, 64], [5, 64, 70]),
            ([130, 1], [1, 3]), ([6, 40], [2, 2, 40, 1]),
        ])
    func computed(_ left: [Int], _ right: [Int]) throws {
        for seed in 0..<6 as Range<UInt64> {
            var maker = IslandMaker(seed: seed)
            let product = maker.add("MatMul", [try maker.activation(left), try maker.activation(right)])
            let value = try maker.randomActivation(product)
            if seed < 2 { maker.output(value) } else { try maker.quantizedOutput(value) }
            try expectEqual(maker, kernel: "qgemm", seed: seed)
        }
    }

    @Test("Codes at the ends of their range are multiplied exactly", arguments: [0, 255], [0, 255])
    func extremes(leftZero: Int, rightZero: Int) throws {
        var maker = IslandMaker(seed: 1)
        let schemes = [leftZero, rightZero].map { CodeScheme(scale: 0.01, zeroPoint: $0, isSigned: false) }
        let left = try maker.codeInput([4, 300], schemes[0]), right = try maker.codeInput([300, 5], schemes[1])
        for name in [left, right] {
            let count = try #require(maker.inputs[name.text]).count
            maker.inputs[name.text] = try Tensor(
                (0..<count).map { UInt8($0 % 300 < 299 ? 255 : 0) }, shape: name == left ? [4, 300] : [300, 5])
        }
        let product = maker.add(
            "MatMul", [try maker.dequantize(left, schemes[0]), try maker.dequantize(right, schemes[1])])
        maker.output(product)
        try expectEqual(maker, kernel: "qgemm")
    }

    @Test("The constant that is added to a product is its bias", arguments: [false, true])
    func addedBias(isQuantized: Bool) throws {
        for seed in 0..<6 as Range<UInt64> {
            var maker = IslandMaker(seed: seed)
            let x = isQuantized ? try maker.activation([2, 3, 40]) : try maker.floatInput([2, 3, 40])
            let weight = isQuantized ? try maker.weight([40, 17], axis: 1) : try maker.floats([40, 17])
            let bias = try maker.floats(seed % 2 == 0 ? [17] : [1, 1, 17])
            let product = maker.add("MatMul", [x, weight])
            let sum = try maker.randomActivation(maker.add("Add", seed < 3 ? [product, bias] : [bias, product]))
            if isQuantized { try maker.quantizedOutput(sum) } else { maker.output(sum) }
            try expectEqual(maker, kernel: isQuantized ? "qgemm" : "sgemm", seed: seed)
            let steps = try CompiledGraph(maker.graph).program(for: maker.inputs).descriptions
            #expect(!steps.contains { $0.operatorType == "Add" }, "\(steps.map(\.operatorType))")
        }
    }

    @Test("A product that somebody else reads, and a summand for each row, are no product with a bias")
    func otherAdditions() throws {
        var maker = IslandMaker(seed: 2)
        let x = try maker.floatInput([2, 3, 8])
        let product = maker.add("MatMul", [x, try maker.floats([8, 3])])
        maker.output(maker.add("Add", [product, try maker.floats([3])]))
        maker.output(product)
        let other = maker.add("MatMul", [x, try maker.floats([8, 3])])
        maker.output(maker.add("Add", [other, try maker.floats([3, 1])]))
        try expectEqual(maker, kernel: "sgemm")
        let steps = try CompiledGraph(maker.graph).program(for: maker.inputs).descriptions
        #expect(steps.count { $0.operatorType == "Add" } == 2)
    }

    @Test("Factors other than 1 run as the reference does")
    func factors() throws {
        var maker = IslandMaker(seed: 10)
        let x = try maker.activation([6, 4])
        let weight = try maker.weight([6, 5], axis: nil)
        try maker.quantizedOutput(
            maker.add(
                "Gemm", [x, weight, try maker.floats([5])],
                ["alpha": .float(0.5), "beta": .float(2), "transA": .int(1)]))
        try expectEqual(maker)
    }

    @Test("Scales along the depth of a product cannot leave the sum, so it runs in float")
    func scalesAlongDepth() throws {
        var maker = IslandMaker(seed: 11)
        let x = try maker.activation([3, 6])
        try maker.quantizedOutput(maker.add("MatMul", [x, try maker.weight([6, 6], axis: 0)]))
        let kernels = try CompiledGraph(maker.graph).program(for: maker.inputs).descriptions.map(\.kernel)
        #expect(!kernels.contains { $0.hasPrefix("qgemm") })
        #expect(kernels.contains { $0.hasPrefix("sgemm") }, "\(kernels)")
        try expectEqual(maker)
    }
}

extension IslandMaker {
    mutating func addProduct(_ kind: ProductKind) throws -> ValueName {
        let rows = Int.random(in: 1...9, using: &numbers)
        let depth = numbers.choice([1, 3, 4, 17, 64, 130]) ?? 17
        let columns = numbers.choice([1, 5, 16, 33, 67]) ?? 16
        let scheme = CodeScheme.random(&numbers)
        let isBatched = kind == .batchedMatMul || kind == .floatResult && numbers.chance(0.5)
        let isMatMul = kind == .matMul || isBatched || numbers.chance(0.3) && kind == .asymmetric
        let transposes = !isMatMul && (kind == .gemmTransposed || kind != .gemm && numbers.chance(0.5))
        let x = try activation((isBatched ? [2, 3] : []) + [rows, depth], scheme)
        let weight = try self.weight(
            transposes ? [columns, depth] : [depth, columns], type: numbers.chance(0.3) ? .uint8 : .int8,
            isSymmetric: kind != .asymmetric, axis: numbers.chance(0.5) ? (transposes ? 0 : 1) : nil)
        if isMatMul { return add("MatMul", [x, weight]) }
        let bias = try randomBias(columns, input: scheme, weight: weight, allowsFloat: kind != .floatResult)
        return add("Gemm", bias == nil ? [x, weight] : [x, weight, bias], ["transB": .int(transposes ? 1 : 0)])
    }
}
