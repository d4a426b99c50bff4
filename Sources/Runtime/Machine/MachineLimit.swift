import BitdepthTensors
import CBitdepthKernels

/// Multiply-accumulates per second that one core of this machine reaches at most with an instruction set's kernels.
///
/// Measured, not looked up: the kernels of matrix products on data that stay in the nearest cache, the best of many tries.
public struct MachineLimit: Sendable, Equatable {
    /// 8-bit codes with exact sums.
    public var integer: Double
    /// FP32.
    public var float: Double

    public init(integer: Double, float: Double) {
        self.integer = integer
        self.float = float
    }

    /// - Parameter seconds: How long each of the two kernels is tried.
    /// - Throws: ``BitdepthError/Code/usage`` for an instruction set that this machine lacks.
    public static func measured(
        _ instructionSet: InstructionSet = .best, seconds: Double = 0.05
    ) throws(BitdepthError) -> MachineLimit {
        let kernels = try instructionSet.kernels()
        let product = CachedProduct()
        return MachineLimit(
            integer: try product.integerRate(kernels, seconds: seconds),
            float: try product.floatRate(kernels, seconds: seconds))
    }
}

/// A matrix product that the nearest cache holds: 16 kB of each side at most.
private struct CachedProduct {
    /// A multiple of the rows of each table's tile.
    private static let (rows, columns) = (48, 64)
    private static let (integerDepth, floatDepth) = (256, 64)
    private static let runsPerTry = 20

    func integerRate(_ kernels: KernelTable, seconds: Double) throws(BitdepthError) -> Double {
        let shape = SumShape.matrix(rows: Self.rows, depth: Self.integerDepth, columns: Self.columns)
        let packedBytes = try kernels.entry(\.qgemm_packed_bytes)(Int64(Self.columns), 1, Int64(Self.integerDepth))
        let kernel = try kernels.entry(\.qgemm)
        let (input, weights) = (try zeros(Self.rows * Self.integerDepth), try zeros(packedBytes))
        let (bias, output) = (try zeros(Self.columns * 4), try zeros(Self.rows * Self.columns * 4))
        let (multiplier, offsets) = (try zeros(Self.columns * 4), try zeros(8))
        var job = bd_qgemm(
            shape: shape.kernelShape(offsets: UnsafePointer(offsets.base.assumingMemoryBound(to: Int64.self))),
            input: UnsafePointer(input.base.assumingMemoryBound(to: UInt8.self)),
            packed_weights: UnsafePointer(weights.base.assumingMemoryBound(to: Int8.self)),
            bias: UnsafePointer(bias.base.assumingMemoryBound(to: Int32.self)), weight_zero: nil,
            epilogue: Epilogue(kind: .codes).kernelEpilogue(
                multiplier: UnsafePointer(multiplier.base.assumingMemoryBound(to: Float.self))),
            output: output.base, then: nil)
        return withExtendedLifetime((input, weights, bias, output, multiplier, offsets)) {
            rate(of: shape, seconds: seconds) { kernel(&job, 0, Int64(Self.rows)) }
        }
    }

    func floatRate(_ kernels: KernelTable, seconds: Double) throws(BitdepthError) -> Double {
        let shape = SumShape.matrix(rows: Self.rows, depth: Self.floatDepth, columns: Self.columns)
        let packedFloats = try kernels.entry(\.sgemm_packed_floats)(Int64(Self.columns), 1, Int64(Self.floatDepth))
        let kernel = try kernels.entry(\.sgemm)
        let (input, weights) = (try zeros(Self.rows * Self.floatDepth * 4), try zeros(packedFloats * 4))
        let (bias, output) = (try zeros(Self.columns * 4), try zeros(Self.rows * Self.columns * 4))
        let offsets = try zeros(8)
        func floats(_ memory: AlignedMemory) -> UnsafeMutablePointer<Float> {
            memory.base.assumingMemoryBound(to: Float.self)
        }
        var job = bd_sgemm(
            shape: shape.kernelShape(offsets: UnsafePointer(offsets.base.assumingMemoryBound(to: Int64.self))),
            input: UnsafePointer(floats(input)), packed_weights: UnsafePointer(floats(weights)),
            halves: nil, half_format: BD_FP16,
            bias: UnsafePointer(floats(bias)), minimum: -.infinity, maximum: .infinity, output: floats(output))
        return withExtendedLifetime((input, weights, bias, output, offsets)) {
            rate(of: shape, seconds: seconds) { kernel(&job, 0, Int64(Self.rows)) }
        }
    }

    private func zeros(_ bytes: Int) throws(BitdepthError) -> AlignedMemory { try AlignedMemory(count: bytes) }

    /// The best rate of several tries, for whatever disturbs only slows down.
    private func rate(of shape: SumShape, seconds: Double, _ run: () -> Void) -> Double {
        let work = Double(shape.pixels * shape.depth * shape.columns * Self.runsPerTry)
        let end = ContinuousClock.now + .seconds(seconds)
        var best = 0.0
        repeat {
            let start = ContinuousClock.now
            for _ in 0..<Self.runsPerTry { run() }
            let took = start.duration(to: .now) / .seconds(1)
            if took > 0 { best = max(best, work / took) }
        } while ContinuousClock.now < end
        return best
    }
}
