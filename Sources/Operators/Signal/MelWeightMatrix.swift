import BitdepthGraphs
import BitdepthTensors

/// Triangular filters, equally far apart on the mel scale, that turn the one-sided spectrum of a DFT into few bands:
/// `[⌊dft_length/2⌋ + 1, num_mel_bins]`.
///
/// Edges of bands are rounded down to elements of the spectrum; what lies beyond the spectrum is left out.
/// Source: ONNX operator specification, MelWeightMatrix-17.
public struct MelWeightMatrix: FoldableOperator {
    public static let signature = OperatorSignature("MelWeightMatrix", versions: [17], inputs: 5...5)
    public let type: ElementType

    public init(_ attributes: AttributeReader) throws(BitdepthError) { type = try attributes.outputDataType() }

    public func outputTypes(_ inputs: [Fact?]) throws(BitdepthError) -> [TensorType] {
        let bands = try MelWeightMatrix.count(inputs, 0, "num_mel_bins", atLeast: 0)
        let length = try MelWeightMatrix.count(inputs, 1, "dft_length", atLeast: 1)
        let shape: [Dimension] = [
            length.map { .known(Spectrum.oneSidedCount($0)) } ?? .unknown, bands.map { .known($0) } ?? .unknown,
        ]
        return [TensorType(type, PartialShape(shape))]
    }

    private static func count(
        _ inputs: [Fact?], _ index: Int, _ name: String, atLeast lowest: Int
    ) throws(BitdepthError) -> Int? {
        guard let count = try inputs.required(index, name).constant?.integer(name) else { return nil }
        guard count >= lowest, count <= FourierTransform.largestLength else {
            throw BitdepthError(.valueOutOfRange, "\(name) is \(count)")
        }
        return count
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let shape = try outputShape(inputs)
        let edges = try edges(inputs, count: shape[1] + 2)
        var weights = try [Double](repeating: 0, filling: shape)
        for band in 0..<shape[1] {
            let (low, center, high) = (edges[band], edges[band + 1], edges[band + 2])
            for element in 0..<shape[0] {
                let place = Double(element)
                // The peak is 1 even where a slope has no width.
                if place == center {
                    weights[element * shape[1] + band] = 1
                } else if place >= low, place < center {
                    weights[element * shape[1] + band] = (place - low) / (center - low)
                } else if place > center, place < high {
                    weights[element * shape[1] + band] = (high - place) / (high - center)
                }
            }
        }
        return [try Tensor(weights, shape: shape).converted(to: type)]
    }

    /// Elements of the spectrum where bands begin, peak and end.
    private func edges(_ inputs: [Tensor?], count: Int) throws(BitdepthError) -> [Double] {
        let length = try inputs.required(1, "dft_length").integer("dft_length")
        let rate = try inputs.required(2, "sample_rate").integer("sample_rate")
        let low = try MelWeightMatrix.hertz(inputs, 3, "lower_edge_hertz")
        let high = try MelWeightMatrix.hertz(inputs, 4, "upper_edge_hertz")
        guard rate >= 1, low <= high else {
            throw BitdepthError(
                .valueOutOfRange,
                "sample_rate is \(rate), bands reach from \(low) to \(high) Hz; a positive rate and ascending edges are needed"
            )
        }
        let (first, last) = (MelWeightMatrix.mel(low), MelWeightMatrix.mel(high))
        // Divided by the number of edges, not of steps between them: so the specification's reference does.
        let step = (last - first) / Double(count)
        return (0..<count).map { index in
            let hertz = MelWeightMatrix.hertz(mel: first + Double(index) * step)
            return (Double(length + 1) * hertz / Double(rate)).rounded(.down)
        }
    }

    private static func hertz(_ inputs: [Tensor?], _ index: Int, _ name: String) throws(BitdepthError) -> Double {
        let values = try inputs.required(index, name).doubles()
        guard values.count == 1, let value = values.first, value.isFinite, value >= 0 else {
            throw BitdepthError(.valueOutOfRange, "\(name) is \(values.first ?? .nan); it must be one frequency")
        }
        return value
    }

    private static func mel(_ hertz: Double) -> Double {
        2595 * RealFunctions.log1p(hertz / 700) / RealFunctions.log(10)
    }

    private static func hertz(mel: Double) -> Double {
        700 * RealFunctions.expm1(mel / 2595 * RealFunctions.log(10))
    }
}
