import BitdepthTensors
import CBitdepthKernels

/// One way to compute quantized sums: an entry of the kernel table, its packed weights, and what its ranges count.
struct QuantizedSumKernel {
    typealias Entry = @convention(c) (UnsafePointer<bd_qgemm>?, Int64, Int64) -> Void

    /// What it is called with these packed weights, one for each group.
    let name: ([[Int8]]) -> String
    let entry: Entry
    /// Packs the weights of a group, `[columns][segments][length]`.
    let pack: ([Int8]) -> [Int8]
    /// The parts of the work, and how many of them are worth a thread's while.
    let parts: Int
    let grain: Int

    /// The kernel that takes all sums.
    static func direct(_ kernels: KernelTable, _ shape: SumShape) throws(BitdepthError) -> QuantizedSumKernel {
        let packedBytes = try kernels.entry(\.qgemm_packed_bytes)
        let pack = try kernels.entry(\.qgemm_pack)
        let (columns, segments) = (Int64(shape.columns), Int64(shape.segmentOffsets.count))
        let length = Int64(shape.segmentLength)
        let isNarrow = kernels.optionalEntry(\.qgemm_is_narrow)
        return QuantizedSumKernel(
            name: { groups in
                groups.allSatisfy { isNarrow?($0, columns, segments, length) ?? false } ? "qgemm-narrow" : "qgemm"
            }, entry: try kernels.entry(\.qgemm),
            pack: { weights in
                var packed = [Int8](repeating: 0, count: packedBytes(columns, segments, length))
                pack(weights, columns, segments, length, &packed)
                return packed
            }, parts: shape.pixels, grain: shape.grain)
    }

    /// Winograd's minimal filtering, exact and of fewer multiplications; `nil` where it cannot run, or gains nothing.
    static func winograd(
        _ kernels: KernelTable, _ plan: ConvolutionPlan, _ weights: QuantizedWeights, outputs: Epilogue.Kind
    ) -> QuantizedSumKernel? {
        guard let packedBytes = kernels.optionalEntry(\.qwinograd_packed_bytes),
            let pack = kernels.optionalEntry(\.qwinograd_pack), let entry = kernels.optionalEntry(\.qwinograd),
            outputs == .codes, plan.gainsByWinograd, weights.isSymmetric
        else { return nil }
        let (columns, channels) = (Int64(plan.outputs), Int64(plan.channels))
        return QuantizedSumKernel(
            name: { _ in "qwinograd" }, entry: entry,
            pack: { weights in
                var packed = [Int8](repeating: 0, count: packedBytes(columns, channels))
                pack(weights, columns, channels, &packed)
                return packed
            }, parts: plan.winogradTiles, grain: max(1, plan.sum.grain / 4))
    }

    /// Sums of few rows by 4-bit weights that stay packed: reading them is what takes the time. `nil` where it cannot run, or
    /// gains nothing.
    static func nibbles(
        _ kernels: KernelTable, _ shape: SumShape, _ weights: QuantizedWeights
    ) -> QuantizedSumKernel? {
        guard let packedBytes = kernels.optionalEntry(\.qnibble_packed_bytes),
            let pack = kernels.optionalEntry(\.qnibble_pack), let entry = kernels.optionalEntry(\.qnibble),
            shape.pixels <= Int(BD_NIBBLE_ROWS), shape.depth <= 1 << 15, weights.isSymmetric,
            shape.depth * shape.columns >= leastNibbles, weights.codes.allSatisfy({ -8...7 ~= $0 })
        else { return nil }
        let (columns, depth) = (Int64(shape.columns), Int64(shape.depth))
        let panel = 64
        return QuantizedSumKernel(
            name: { _ in "qnibble" }, entry: entry,
            pack: { weights in
                var packed = [Int8](repeating: 0, count: packedBytes(columns, depth))
                pack(weights, columns, depth, &packed)
                return packed
            }, parts: (shape.columns + panel - 1) / panel,
            grain: max(1, 100_000 / (panel * shape.depth * shape.pixels)))
    }

    /// Measured: twice as fast as 8-bit weights from main memory, 1.1 to 2 times from the second cache.
    private static let leastNibbles = 1 << 16
}

extension ConvolutionPlan {
    /// Tiles of 2×2 outputs.
    fileprivate var winogradTiles: Int { images * ((output.height + 1) / 2) * ((output.width + 1) / 2) }

    /// Whether 3×3 kernels are worth their transformation. Measured: 2.0 to 2.2 times as fast as the direct sums from 64
    /// channels on, 1.7 with 32, 1.2 with 16; less where tiles reach beyond the image, 1.6 with 7×7 outputs.
    fileprivate var gainsByWinograd: Bool {
        let one = Plane(height: 1, width: 1)
        guard kernel == Plane(height: 3, width: 3), strides == one, dilations == one, group == 1,
            channels >= 32, channels <= Int(BD_WINOGRAD_CHANNELS), outputs >= 32
        else { return false }
        // 16 products per tile and channel instead of 9 per output: at least a third must be saved. The weights take nearly
        // twice the memory, and where they come from main memory that must be shared by enough tiles.
        let products = 16 * winogradTiles, direct = 9 * images * output.area
        return 3 * products <= 2 * direct && winogradTiles >= (channels * outputs <= 128 * 128 ? 8 : 32)
    }
}
