import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

/// `MatMulInteger` of unsigned codes, whose zero point may be known only at run time, with a constant matrix.
struct IntegerProduct: Lowering {
    let node: FloatNode
    let left: ValueName
    /// That of the left side; `nil` where it is 0.
    let zeroPoint: ValueName?
    let weights: IntegerProductWeights
    let shape: SumShape

    init?(_ node: FloatNode, _ context: CompileContext) {
        guard node.op is MatMulInteger, node.clamp == .none, let left = node.node.input(0),
            context.facts[left]?.element == .uint8, context.constant(left) == nil, let a = context.shape(left),
            a.rank >= 2, a.count > 0, let depth = a.dimensions.last,
            let matrix = context.constant(node.node.input(1)), matrix.shape.rank == 2, matrix.shape[0] == depth
        else { return nil }
        // A vector of zero points has one for each row.
        zeroPoint = node.node.input(2)
        guard zeroPoint.map({ context.shape($0)?.count == 1 && context.facts[$0]?.element == .uint8 }) ?? true else {
            return nil
        }
        let weightZero = node.node.input(3)
        guard weightZero == nil || context.constant(weightZero) != nil,
            let weights = IntegerProductWeights(matrix, zeroPoint: context.constant(weightZero))
        else { return nil }
        self.node = node
        self.left = left
        self.weights = weights
        shape = .matrix(rows: a.count / depth, depth: depth, columns: matrix.shape[1])
    }

    var reads: [ValueName] { [left] + (zeroPoint.map { [$0] } ?? []) }

    func emit(into builder: inout ProgramBuilder) throws(BitdepthError) {
        let codes = try builder.raw(left).buffer
        let zero = try zeroPoint.map { name throws(BitdepthError) in try builder.raw(name).buffer }
        let target = builder.define(
            node.output, shape: try builder.shape(of: node.output), layout: .plain, cell: .raw(.int32))
        let work = (try? Shape([shape.pixels, shape.depth, shape.columns]))?.count ?? Shape.largestCount
        try builder.addIntegerProduct(
            node, shape: shape, weights: weights, multiplyAccumulates: work, input: codes, zeroPoint: zero,
            output: target.buffer)
    }
}

/// The constant matrix of a product of codes, as kernels take it.
struct IntegerProductWeights: Sendable {
    /// Signed codes `[column][k]`.
    let codes: [Int8]
    /// Per column.
    let zeroPoints: [Int32]
    /// Per column, of codes less their zero point.
    let sums: [Int32]

    var isSymmetric: Bool { zeroPoints.allSatisfy { $0 == 0 } }

    /// - Parameter matrix: `[K, N]` of 8-bit codes.
    init?(_ matrix: Tensor, zeroPoint: Tensor?) {
        guard matrix.shape.rank == 2, let given = try? matrix.integers() else { return nil }
        let (depth, columns) = (matrix.shape[0], matrix.shape[1])
        var columnsFirst: [Int] = []
        columnsFirst.reserveCapacity(given.count)
        for column in 0..<columns {
            for k in 0..<depth { columnsFirst.append(given[k * columns + column]) }
        }
        self.init(columnsFirst, columns: columns, type: matrix.type, zeroPoint: zeroPoint)
    }

    /// `nil` where exactness in 32 bits cannot be proven, or the zero points are not those of columns.
    ///
    /// - Parameters:
    ///   - given: 8-bit codes `[column][k]`.
    ///   - zeroPoint: One for all columns, or one for each.
    init?(_ given: [Int], columns: Int, type: ElementType, zeroPoint: Tensor?) {
        guard type == .int8 || type == .uint8, columns > 0, !given.isEmpty else { return nil }
        let depth = given.count / columns
        // Unsigned codes become signed ones by taking 128 off codes and zero points alike.
        let shift = type == .uint8 ? 128 : 0
        var zeros = [Int](repeating: -shift, count: columns)
        if let zeroPoint {
            guard zeroPoint.type == type, zeroPoint.count == 1 || zeroPoint.shape == Shape.vector(columns),
                let values = try? zeroPoint.integers()
            else { return nil }
            for column in 0..<columns { zeros[column] = values[values.count == 1 ? 0 : column] - shift }
        }
        var sums: [Int32] = []
        for column in 0..<columns {
            var (sum, magnitudes) = (0, 0)
            for code in given[column * depth..<(column + 1) * depth] {
                sum += code - shift - zeros[column]
                magnitudes += abs(code - shift)
            }
            // Any partial sum in any order, the corrections included, is at most this large.
            let bound = (magnitudes + abs(zeros[column]) * depth + abs(sum)) * 255
            guard bound <= Int(Int32.max), let exact = Int32(exactly: sum) else { return nil }
            sums.append(exact)
        }
        codes = given.map { Int8(truncatingIfNeeded: $0 - shift) }
        self.sums = sums
        zeroPoints = zeros.map { Int32($0) }
    }
}
