import BitdepthGraphs
import BitdepthTensors

/// The short-time Fourier transform: spectra of frames of a signal `[N, L, 1]` (real) or `[N, L, 2]` (complex), a
/// step apart and multiplied by a window: `[N, frames, bins, 2]`.
///
/// Source: ONNX operator specification, STFT-17.
public struct STFT: FoldableOperator {
    public static let signature = OperatorSignature("STFT", versions: [17], inputs: 2...4)
    /// Whether only the elements of each spectrum are kept that are no conjugates of others.
    public let isOneSided: Bool

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        isOneSided = try attributes.flag("onesided", default: true)
    }

    public func outputTypes(_ inputs: [Fact?]) throws(BitdepthError) -> [TensorType] {
        let signal = try inputs.required(0, "signal")
        try Spectrum.requireReals(signal.element, "STFT")
        let dimensions = signal.dimensions ?? [.unknown, .unknown, .unknown]
        try check(dimensions)
        let step = try step(inputs)
        let length = try frameLength(inputs, signal: dimensions[1].value)
        var frames: Int?
        if let signal = dimensions[1].value, let length {
            guard length <= signal else {
                throw BitdepthError(
                    .shapeMismatch, "a frame of \(length) elements is longer than the signal of \(signal)")
            }
            frames = step.map { (signal - length) / $0 + 1 }
        }
        let bins = length.map { isOneSided ? Spectrum.oneSidedCount($0) : $0 }
        let shape = [
            dimensions[0], frames.map { .known($0) } ?? .unknown, bins.map { .known($0) } ?? .unknown, .known(2),
        ]
        return [TensorType(signal.element, PartialShape(shape))]
    }

    private func check(_ dimensions: [Dimension]) throws(BitdepthError) {
        guard dimensions.count == 3 else {
            throw BitdepthError(.shapeMismatch, "a signal of rank \(dimensions.count) must have rank 3")
        }
        guard let parts = dimensions[2].value else { return }
        guard parts == 1 || parts == 2 && !isOneSided else {
            throw BitdepthError(
                .shapeMismatch,
                "the last axis of the signal has extent \(parts); it must be 1\(isOneSided ? " for one-sided spectra" : " or 2")"
            )
        }
    }

    /// Elements between the starts of frames; `nil` where it depends on data.
    private func step(_ inputs: [Fact?]) throws(BitdepthError) -> Int? {
        guard let constant = try inputs.required(1, "frame_step").constant else { return nil }
        let step = try constant.integer("frame_step")
        guard step >= 1 else {
            throw BitdepthError(.valueOutOfRange, "frame_step is \(step); it must be at least 1")
        }
        return step
    }

    /// `nil` where it depends on data.
    private func frameLength(_ inputs: [Fact?], signal: Int?) throws(BitdepthError) -> Int? {
        let window = inputs.optional(2)
        if let rank = window?.rank, rank != 1 {
            throw BitdepthError(.shapeMismatch, "a window of rank \(rank) must be a vector")
        }
        let windowLength = window?.dimensions?.first?.value
        guard let fact = inputs.optional(3) else {
            let length = window == nil ? signal : windowLength
            return try length.map { length throws(BitdepthError) in try FourierTransform.checked(length) }
        }
        guard let constant = fact.constant else { return windowLength }
        let length = try FourierTransform.checked(try constant.integer("frame_length"))
        guard windowLength == nil || windowLength == length else {
            throw BitdepthError(
                .shapeMismatch, "a window of \(windowLength ?? 0) elements does not fit frames of \(length)")
        }
        return length
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let signal = try inputs.required(0, "signal")
        let facts = inputs.map { $0.map(Fact.init(constant:)) }
        let shape = try outputShape(inputs)
        guard let step = try step(facts), let length = try frameLength(facts, signal: signal.shape[1]) else {
            throw BitdepthError(.internal, "STFT has no frame length for concrete inputs")
        }
        let window = try inputs.optional(2)?.doubles() ?? [Double](repeating: 1, count: length)
        let transform = try FourierTransform(length: length)
        let source = Spectrum.Layout(signal.shape, axis: 1)
        let target = Spectrum.Layout(shape, axis: 2)
        let values = try signal.doubles()
        var results = try [Double](repeating: 0, filling: shape)
        for n in 0..<shape[0] {
            let elements = source.read(values, lane: n)
            for frame in 0..<shape[1] {
                let windowed = window.indices.map { elements[frame * step + $0] * window[$0] }
                target.write(transform.forward(windowed), lane: n * shape[1] + frame, to: &results)
            }
        }
        return [try Tensor(reals: results, shape: shape, type: signal.type)]
    }
}
