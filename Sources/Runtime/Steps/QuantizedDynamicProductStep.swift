import BitdepthTensors
import CBitdepthKernels

/// Products of codes with codes: first the right sides are packed, then all rows of all batches are multiplied.
///
/// With a and b the codes in memory, s = b − 128 what kernels take as a weight, and z the zero points of a and s:
/// Σ (a − za)(s − zs) = Σ a·s − zs·Σ a + (depth·za·zs − za·Σ s), where the kernel computes the first two terms and the last
/// is the bias of a column.
struct QuantizedDynamicProductStep: Step {
    struct Kernels: Sendable {
        var pack: @convention(c) (UnsafePointer<Int8>?, Int64, Int64, Int64, UnsafeMutablePointer<Int8>?) -> Void
        var product: @convention(c) (UnsafePointer<bd_qgemm>?, Int64, Int64) -> Void
    }

    struct Constants: Sendable {
        var offsets: Location
        var multiplier: Location
        /// `nil` where it is 0.
        var rightZero: Location?
    }

    var kernels: Kernels
    var product: BatchedProduct
    var matrices: PackedMatrices
    var left: Location
    var right: Location
    var output: Location
    var scratch: PackedMatrices.Places<Location>
    var constants: Constants
    var leftZero: Int32
    /// Of signed codes.
    var rightZero: Int32
    var epilogue: Epilogue

    func bind(to frame: Frame, _ calls: inout CallList) {
        let size = matrices.depth * matrices.columns
        calls.split(matrices.count, grain: max(1, 16_384 / max(1, size))) { begin, end in
            for index in begin..<end { pack(index, frame) }
        }
        multiply(frame, &calls)
    }

    private func pack(_ index: Int, _ frame: Frame) {
        let (depth, columns) = (matrices.depth, matrices.columns)
        let matrix = frame.pointer(right, as: UInt8.self) + index * depth * columns
        let turned = frame.pointer(scratch.turned, as: UInt8.self) + index * depth * columns
        bd_transpose_nchw_nhwc_8(matrix, turned, 1, Int64(depth), Int64(columns))
        let bias = frame.pointer(scratch.bias, as: Int32.self) + index * matrices.paddedColumns
        let signed = frame.pointer(scratch.turned, as: Int8.self) + index * depth * columns
        for column in 0..<columns {
            var sum: Int32 = 0
            for element in column * depth..<(column + 1) * depth {
                let code = Int8(truncatingIfNeeded: Int32(turned[element]) &- 128)
                signed[element] = code
                sum &+= Int32(code)
            }
            bias[column] = leftZero &* (Int32(truncatingIfNeeded: depth) &* rightZero &- sum)
        }
        kernels.pack(
            signed, Int64(columns), 1, Int64(depth),
            frame.pointer(scratch.packed, as: Int8.self) + index * matrices.packedBytes)
    }

    private func multiply(_ frame: Frame, _ calls: inout CallList) {
        let shape = SumShape.matrix(rows: product.rows, depth: product.depth, columns: product.columns)
        let kernelShape = shape.kernelShape(offsets: frame.pointer(constants.offsets, as: Int64.self))
        let resultBytes = epilogue.kind == .codes ? 1 : 4
        let job = bd_qgemm(
            shape: kernelShape, input: nil, packed_weights: nil, bias: nil,
            weight_zero: constants.rightZero.map { UnsafePointer(frame.pointer($0, as: Int32.self)) },
            epilogue: epilogue.kernelEpilogue(multiplier: frame.pointer(constants.multiplier, as: Float.self)),
            output: nil, then: nil)
        calls.split(product.batches * product.rows, grain: shape.grain) { begin, end in
            var row = begin
            while row < end {
                let (batch, first) = row.quotientAndRemainder(dividingBy: product.rows)
                let last = min(product.rows, first + end - row)
                let pair = product.matrices(ofBatch: batch)
                var part = job
                part.input = UnsafePointer(
                    frame.pointer(left, as: UInt8.self) + pair.left * product.rows * product.depth)
                part.packed_weights = UnsafePointer(
                    frame.pointer(scratch.packed, as: Int8.self) + pair.right * matrices.packedBytes)
                part.bias = UnsafePointer(
                    frame.pointer(scratch.bias, as: Int32.self) + pair.right * matrices.paddedColumns)
                part.output = frame.pointer(output) + batch * product.rows * product.columns * resultBytes
                kernels.product(&part, Int64(first), Int64(last))
                row += last - first
            }
        }
    }
}
