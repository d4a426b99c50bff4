import CBitdepthKernels

/// Packed weights of a float sum: FP32, or 16 bits each where all of them are FP16 or BF16 numbers, as those of models in
/// half precision are. The kernel widens these panel by panel, so that results are those of FP32 weights to the bit.
enum FloatWeights: Sendable {
    case full(Location)
    case half(Location, bd_half_format)

    func enter(_ job: inout bd_sgemm, _ frame: Frame) {
        switch self {
        case .full(let location): job.packed_weights = UnsafePointer(frame.pointer(location, as: Float.self))
        case .half(let location, let format):
            job.halves = UnsafePointer(frame.pointer(location, as: UInt16.self))
            job.half_format = format
        }
    }

    /// What `bench --explain` calls the format, where it is not FP32.
    var formatName: String? {
        switch self {
        case .full: nil
        case .half(_, let format): format == BD_FP16 ? "fp16 weights" : "bf16 weights"
        }
    }
}

extension ProgramBuilder {
    /// Packed weights as a constant, in 16 bits where nothing is lost by it.
    mutating func floatWeights(_ packed: [Float]) -> FloatWeights {
        for format in [BD_FP16, BD_BF16] {
            if let halves = narrowed(packed, format) { return .half(constant(halves), format) }
        }
        return .full(constant(packed))
    }

    private func narrowed(_ floats: [Float], _ format: bd_half_format) -> [UInt16]? {
        // The first few tell of nearly all models, without memory for the others.
        var few = [UInt16](repeating: 0, count: min(floats.count, 256))
        guard bd_narrow(floats, Int64(few.count), format, &few) else { return nil }
        var halves = [UInt16](repeating: 0, count: floats.count)
        return bd_narrow(floats, Int64(floats.count), format, &halves) ? halves : nil
    }
}
