import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors
import CBitdepthKernels

/// `MatMul` of two FP32 tensors that the graph computes, as in attention: the right side is packed in each run.
struct FloatDynamicProduct: Lowering {
    let node: FloatNode
    let left: ValueName
    let right: ValueName
    let product: BatchedProduct

    init?(_ node: FloatNode, _ context: CompileContext) {
        guard node.op is MatMul, let left = node.node.input(0), let right = node.node.input(1),
            context.facts[left]?.element == .float32, context.facts[right]?.element == .float32,
            context.constant(left) == nil, context.constant(right) == nil,
            let a = context.shape(left), let b = context.shape(right), let product = BatchedProduct(a, b)
        else { return nil }
        self.node = node
        self.left = left
        self.right = right
        self.product = product
    }

    var reads: [ValueName] { [left, right] }

    func emit(into builder: inout ProgramBuilder) throws(BitdepthError) {
        let a = try builder.float(left, layout: .plain)
        let b = try builder.float(right, layout: .plain)
        let target = builder.define(
            node.output, shape: try builder.shape(of: node.output), layout: .plain, cell: .float32)
        let packedFloats = try builder.kernels.entry(\.sgemm_packed_floats)
        let pack = try builder.kernels.entry(\.sgemm_pack)
        let kernel = try builder.kernels.entry(\.sgemm)
        let product = product
        let packed = builder.buffer(bytes: packedFloats(Int64(product.columns), 1, Int64(product.depth)) * 4)
        let transposed = builder.buffer(bytes: product.columns * product.depth * 4)
        let bias = builder.constant([Float](repeating: 0, count: product.columns).paddedForColumns(with: 0))
        let offsets = builder.constant([Int64(0)])
        let clamp = node.clamp
        builder.add(
            node.description(
                kernel: "sgemm \(builder.instructionSet)",
                multiplyAccumulates: product.multiplyAccumulates),
            reads: [a.buffer, b.buffer], writes: [target.buffer, packed, transposed]
        ) { placement in
            DynamicProductStep(
                pack: pack, kernel: kernel, product: product, left: placement[a.buffer], right: placement[b.buffer],
                output: placement[target.buffer], packed: placement[packed], transposed: placement[transposed],
                bias: bias,
                offsets: offsets, clamp: clamp)
        }
    }
}

/// `[…, M, K] × […, K, N]`, batch by batch; a batch axis of extent 1 repeats.
struct BatchedProduct: Sendable {
    var rows: Int
    var depth: Int
    var columns: Int
    private let batch: BroadcastLoop

    var batches: Int { batch.rows * batch.inner }

    /// At most the largest number of elements that a shape can have: operands that broadcast ask for more with few bytes.
    var multiplyAccumulates: Int { (try? Shape([batches, rows, depth, columns]))?.count ?? Shape.largestCount }

    init?(_ a: Shape, _ b: Shape) {
        guard a.rank >= 2, b.rank >= 2, a.count > 0, b.count > 0, a[a.rank - 1] == b[b.rank - 2],
            let left = try? Shape(Array(a.dimensions.dropLast(2))),
            let right = try? Shape(Array(b.dimensions.dropLast(2))),
            let batch = try? Shape.broadcast(left, right)
        else { return nil }
        rows = a[a.rank - 2]
        depth = a[a.rank - 1]
        columns = b[b.rank - 1]
        self.batch = BroadcastLoop(batch, left, right)
    }

    /// The matrices of either side that a batch multiplies.
    func matrices(ofBatch index: Int) -> (left: Int, right: Int) {
        let (row, place) = index.quotientAndRemainder(dividingBy: batch.inner)
        let offsets = batch.offsets(ofRow: row)
        return (offsets.left + place * batch.leftInner, offsets.right + place * batch.rightInner)
    }
}

struct DynamicProductStep: Step {
    var pack: @convention(c) (UnsafePointer<Float>?, Int64, Int64, Int64, UnsafeMutablePointer<Float>?) -> Void
    var kernel: @convention(c) (UnsafePointer<bd_sgemm>?, Int64, Int64) -> Void
    var product: BatchedProduct
    var left: Location
    var right: Location
    var output: Location
    var packed: Location
    var transposed: Location
    var bias: Location
    var offsets: Location
    var clamp: Clamp

    func bind(to frame: Frame, _ calls: inout CallList) {
        let shape = SumShape.matrix(rows: product.rows, depth: product.depth, columns: product.columns)
        let kernelShape = shape.kernelShape(offsets: frame.pointer(offsets, as: Int64.self))
        let weights = frame.pointer(packed, as: Float.self)
        let columnsFirst = frame.pointer(transposed, as: UInt32.self)
        for batch in 0..<product.batches {
            let pair = product.matrices(ofBatch: batch)
            let matrix = frame.pointer(right, as: UInt32.self) + pair.right * product.depth * product.columns
            calls.alone {
                let (depth, columns) = (Int64(product.depth), Int64(product.columns))
                bd_transpose_nchw_nhwc_32(matrix, columnsFirst, 1, depth, columns)
                pack(frame.pointer(transposed, as: Float.self), columns, 1, depth, weights)
            }
            let job = bd_sgemm(
                shape: kernelShape,
                input: frame.pointer(left, as: Float.self) + pair.left * product.rows * product.depth,
                packed_weights: weights, halves: nil, half_format: BD_FP16, bias: frame.pointer(bias, as: Float.self),
                minimum: clamp.low,
                maximum: clamp.high,
                output: frame.pointer(output, as: Float.self) + batch * product.rows * product.columns)
            calls.split(product.rows, grain: shape.grain, kernel, job)
        }
    }
}
