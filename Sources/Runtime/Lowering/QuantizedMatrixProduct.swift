import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

/// `Gemm`, and `MatMul` with the bias that may be added to it, of 8-bit codes with a constant matrix.
struct QuantizedMatrixProduct: Lowering {
    let island: Island
    let input: (value: ValueName, parameters: CodeParameters)
    let shape: SumShape
    let weights: QuantizedWeights

    init?(_ island: Island, _ context: CompileContext) {
        guard let input = island.activation(0), case .constant(let weight)? = island.input(1),
            weight.codes.shape.rank == 2,
            let inputShape = context.shape(input.value),
            let product = MatrixProduct(island.op, inputShape, weight.codes.shape),
            weight.scales.count == 1 || weight.axis == product.columnAxis,
            let weights = QuantizedWeights(
                weight, rows: product.columnsFirst, columns: product.columns, depth: product.depth,
                bias: island.input(2), input: input.parameters, output: island.outputParameters)
        else { return nil }
        self.island = island
        self.input = input
        self.weights = weights
        shape = .matrix(rows: product.rows, depth: product.depth, columns: product.columns)
    }

    var reads: [ValueName] { [input.value] }

    func emit(into builder: inout ProgramBuilder) throws(BitdepthError) {
        let view = try builder.codes(input.value, layout: .plain)
        let output = builder.defineOutput(of: island, shape: try builder.shape(of: island.coreOutput), layout: .plain)
        try builder.addQuantizedSum(
            island, shape: shape, weights: weights, groups: 1, arranged: { _ in weights.codes }, input: view.buffer,
            output: output.buffer, multiplyAccumulates: shape.pixels * shape.depth * shape.columns,
            kernel: QuantizedSumKernel.nibbles(builder.kernels, shape, weights))
    }
}

/// A product with a constant matrix on the right, however the node spells it.
struct MatrixProduct: Sendable {
    var rows: Int
    var depth: Int
    var columns: Int
    /// The axis of the matrix that counts output columns.
    var columnAxis: Int

    /// `nil` where the node is not a plain product: a transposed left side, factors other than 1, vectors.
    init?(_ op: any Operator, _ left: Shape, _ right: Shape) {
        guard left.rank >= 2, right.rank == 2 else { return nil }
        switch op {
        case let gemm as Gemm:
            guard !gemm.transposesA, gemm.alpha == 1, gemm.beta == 1 else { return nil }
            columnAxis = gemm.transposesB ? 0 : 1
        case is MatMul: columnAxis = 1
        default: return nil
        }
        columns = right[columnAxis]
        depth = right[1 - columnAxis]
        guard left[left.rank - 1] == depth, depth > 0, columns > 0, left.count > 0 else { return nil }
        rows = left.count / depth
        guard (try? Shape([rows, depth, columns])) != nil else { return nil }
    }

    /// The matrix with one row per output column.
    func columnsFirst<Element>(_ matrix: [Element]) -> [Element] {
        guard columnAxis == 1 else { return matrix }
        var result: [Element] = []
        result.reserveCapacity(matrix.count)
        for column in 0..<columns {
            for k in 0..<depth { result.append(matrix[k * columns + column]) }
        }
        return result
    }
}
