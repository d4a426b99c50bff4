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
