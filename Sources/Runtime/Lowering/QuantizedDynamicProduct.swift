import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

/// `MatMul` of 8-bit codes that the graph computes on both sides, as in attention: the right side is packed in each run.
struct QuantizedDynamicProduct: Lowering {
    let island: Island
    let left: (value: ValueName, parameters: CodeParameters)
    let right: (value: ValueName, parameters: CodeParameters)
    let product: BatchedProduct
    private let multiplier: Float

    /// Longer sums of products of any codes might not fit into 32 bits.
    private static let largestDepth = 8192

    init?(_ island: Island, _ context: CompileContext) {
        guard island.op is MatMul, let left = island.activation(0), let right = island.activation(1),
            let a = context.shape(left.value), let b = context.shape(right.value),
            let product = BatchedProduct(a, b), product.depth <= QuantizedDynamicProduct.largestDepth
        else { return nil }
        let divisor = Double(island.outputParameters?.scale ?? 1)
        multiplier = Float(Double(left.parameters.scale) * Double(right.parameters.scale) / divisor)
        guard multiplier.isNormal else { return nil }
        self.island = island
        self.left = left
        self.right = right
        self.product = product
    }

    var reads: [ValueName] { [left.value, right.value] }

    func emit(into builder: inout ProgramBuilder) throws(BitdepthError) {
        let a = try builder.codes(left.value, layout: .plain)
        let b = try builder.codes(right.value, layout: .plain)
        let target = builder.defineOutput(of: island, shape: try builder.shape(of: island.coreOutput), layout: .plain)
        let kernels = QuantizedDynamicProductStep.Kernels(
            pack: try builder.kernels.entry(\.qgemm_pack), product: try builder.kernels.entry(\.qgemm))
        let packedBytes = try builder.kernels.entry(\.qgemm_packed_bytes)
        let matrices = PackedMatrices(
            count: b.shape.count / (product.depth * product.columns), depth: product.depth, columns: product.columns,
            packedBytes: packedBytes(Int64(product.columns), 1, Int64(product.depth)))
        let scratch = PackedMatrices.Places(
            turned: builder.buffer(bytes: matrices.count * matrices.depth * matrices.columns),
            packed: builder.buffer(bytes: matrices.count * matrices.packedBytes),
            bias: builder.buffer(bytes: matrices.count * matrices.paddedColumns * 4))
        let rightZero = Int32(right.parameters.zeroPoint - 128)
        let constants = QuantizedDynamicProductStep.Constants(
            offsets: builder.constant([Int64(0)]),
            multiplier: builder.constant([Float](repeating: multiplier, count: matrices.paddedColumns)),
            rightZero: rightZero == 0
                ? nil : builder.constant([Int32](repeating: rightZero, count: matrices.paddedColumns)))
        let zeros = (left: Int32(left.parameters.zeroPoint), right: rightZero)
        let (product, epilogue) = (product, island.epilogue)
        builder.add(
            island.description(
                kernel: "qgemm \(builder.instructionSet)", .integer,
                multiplyAccumulates: product.multiplyAccumulates),
            reads: [a.buffer, b.buffer], writes: [target.buffer, scratch.turned, scratch.packed, scratch.bias]
        ) { placement in
            QuantizedDynamicProductStep(
                kernels: kernels, product: product, matrices: matrices, left: placement[a.buffer],
                right: placement[b.buffer], output: placement[target.buffer],
                scratch: .init(
                    turned: placement[scratch.turned], packed: placement[scratch.packed],
                    bias: placement[scratch.bias]),
                constants: constants, leftZero: zeros.left, rightZero: zeros.right, epilogue: epilogue)
        }
    }
}

/// The right sides of a batched product in the form that kernels take: how many, and how large.
struct PackedMatrices: Sendable {
    var count: Int
    var depth: Int
    var columns: Int
    /// Of one packed matrix, rounded up so that each begins aligned.
    var packedBytes: Int
    /// Kernels read biases and multipliers of as many columns.
    var paddedColumns: Int { (columns + 63) / 64 * 64 }

    init(count: Int, depth: Int, columns: Int, packedBytes: Int) {
        self.count = count
        self.depth = depth
        self.columns = columns
        self.packedBytes = (packedBytes + 63) / 64 * 64
    }

    /// Where they are made: with one row for each column, packed, and what each column adds to its sums.
    struct Places<Place: Sendable>: Sendable {
        var turned: Place
        var packed: Place
        var bias: Place
    }
}
