import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors
import Testing

@testable import BitdepthRuntime

@Suite("Products with 4-bit codes in blocks, compiled")
struct BlockwiseProductTests {
    private enum Zeros: CaseIterable { case none, packed, floats }

    private struct Form {
        var rows = [2, 3]
        var depth = 70
        var columns = 37
        var block = 32
        var bits = 4
        var zeros = Zeros.none
        var hasBias = false
        var hasGroups = false
        var activation: OperatorName?
    }

    private func maker(_ form: Form, seed: UInt64) throws -> IslandMaker {
        var maker = IslandMaker(seed: seed)
        let blocks = (form.depth + form.block - 1) / form.block
        let x = try maker.floatInput(form.rows + [form.depth])
        func bytes(_ shape: [Int]) throws -> ValueName {
            let codes = maker.numbers.codes(shape.reduce(1, *), .uint8)
            return maker.constant(try Tensor(integers: codes, shape: try Shape(shape), type: .uint8))
        }
        let codes = try bytes([form.columns, blocks, form.block * form.bits / 8])
        let scales = try maker.floats([form.columns, blocks], in: 0.01...0.05)
        let zeros: ValueName? =
            switch form.zeros {
            case .none: nil
            case .packed: try bytes([form.columns, (blocks * form.bits + 7) / 8])
            case .floats: try maker.floats([form.columns, blocks], in: 0...15)
            }
        let groups = form.hasGroups ? (0..<form.depth).map { Int32($0 * 7 % blocks) } : nil
        let order = try groups.map { maker.constant(try Tensor($0)) }
        let bias = form.hasBias ? try maker.floats([form.columns]) : nil
        var y = maker.add(
            OperatorName("MatMulNBits", domain: "com.microsoft"), [x, codes, scales, zeros, order, bias],
            [
                "K": .int(form.depth), "N": .int(form.columns), "bits": .int(form.bits),
                "block_size": .int(form.block),
            ])
        if let activation = form.activation { y = maker.add(activation, [y]) }
        maker.output(y)
        return maker
    }

    @Test(
        "The kernel agrees with the reference for every size of block and kind of zero point",
        arguments: [16, 32, 64, 128, 256])
    func forms(block: Int) throws {
        for (seed, zeros) in Zeros.allCases.enumerated() {
            var form = Form()
            (form.block, form.zeros, form.hasBias) = (block, zeros, seed != 1)
            try expectEqual(try maker(form, seed: UInt64(seed)), kernel: "nbits", floatBound: 1e-6)
        }
    }

    @Test("One row, many rows, and sizes on both sides of a panel", arguments: [1, 31, 32, 33, 64, 129])
    func sizes(columns: Int) throws {
        for (rows, depth) in [([], 1), ([1], 256), ([17], 40)] {
            var form = Form()
            (form.rows, form.depth, form.columns) = (rows, depth, columns)
            try expectEqual(try maker(form, seed: 7), kernel: "nbits", floatBound: 1e-6)
        }
    }

    @Test("A Relu behind it costs no step of its own")
    func activation() throws {
        var form = Form()
        form.activation = "Relu"
        let maker = try maker(form, seed: 3)
        try expectEqual(maker, kernel: "nbits", floatBound: 1e-6)
        let steps = try CompiledGraph(maker.graph).program(for: maker.inputs).descriptions
        #expect(steps.count == 1)
        #expect(steps.first?.multiplyAccumulates == 6 * 70 * 37)
    }

    @Test("Other widths, and blocks in another order, are left to the reference")
    func otherForms() throws {
        for bits in [2, 8] {
            var form = Form()
            form.bits = bits
            try expectEqual(try maker(form, seed: 5), kernel: "reference", allowsReference: true)
        }
        var form = Form()
        form.hasGroups = true
        try expectEqual(try maker(form, seed: 6), kernel: "reference", allowsReference: true)
        (form.hasGroups, form.block) = (false, 512)
        try expectEqual(try maker(form, seed: 6), kernel: "reference", allowsReference: true)
    }

    @Test("A scale that is not finite is left to the reference")
    func infiniteScale() throws {
        var maker = try maker(Form(), seed: 8)
        let scales = try #require(maker.graph.nodes.first?.input(2))
        var values = try #require(maker.graph.initializers[scales]).floats()
        values[5] = .infinity
        maker.graph.initializers[scales] = try Tensor(values, shape: [37, 3])
        try expectEqual(maker, kernel: "reference", allowsReference: true)
    }
}
