import BitdepthGraphs
import BitdepthTensors

/// The discrete Fourier transform along one axis of a signal `[…, N, …, 1]` of real or `[…, N, …, 2]` of complex
/// numbers, or its inverse, of a length that input `dft_length` may give (the signal is cut, or filled up with
/// zeros).
///
/// One-sided spectra of real signals keep only the elements `0 … ⌊length/2⌋`, of which the others are the conjugates.
/// Source: ONNX operator specification, DFT-20.
public struct DFT: FoldableOperator {
    public static let signature = OperatorSignature("DFT", versions: [17, 20], inputs: 1...3)
    public let isInverse: Bool
    public let isOneSided: Bool

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        isInverse = try attributes.flag("inverse", default: false)
        isOneSided = try attributes.flag("onesided", default: false)
    }

    /// Whether a real signal comes out of half a spectrum.
    private var isRealInverse: Bool { isInverse && isOneSided }

    public func outputTypes(_ inputs: [Fact?]) throws(BitdepthError) -> [TensorType] {
        let x = try inputs.required(0, "input")
        try Spectrum.requireReals(x.element, "DFT")
        guard var dimensions = x.dimensions else { return [TensorType(x.element, PartialShape.unknown)] }
        try check(dimensions)
        guard let axis = try axis(inputs, rank: dimensions.count) else {
            dimensions = [Dimension](repeating: .unknown, count: dimensions.count)
            dimensions[dimensions.count - 1] = .known(isRealInverse ? 1 : 2)
            return [TensorType(x.element, PartialShape(dimensions))]
        }
        let length = try length(inputs, extent: dimensions[axis].value)
        dimensions[axis] =
            length.map { .known(isOneSided && !isInverse ? Spectrum.oneSidedCount($0) : $0) } ?? .unknown
        dimensions[dimensions.count - 1] = .known(isRealInverse ? 1 : 2)
        return [TensorType(x.element, PartialShape(dimensions))]
    }

    private func check(_ dimensions: [Dimension]) throws(BitdepthError) {
        guard dimensions.count >= 2 else {
            throw BitdepthError(.shapeMismatch, "a signal of rank \(dimensions.count) must have rank 2 at least")
        }
        guard let components = dimensions[dimensions.count - 1].value else { return }
        let allowed = !isOneSided ? 1...2 : isInverse ? 2...2 : 1...1
        guard allowed.contains(components) else {
            throw BitdepthError(
                .shapeMismatch,
                "the last axis has extent \(components); \(allowed) numbers for each element are needed here")
        }
    }

    /// The axis, counted from the start; `nil` where it depends on data.
    private func axis(_ inputs: [Fact?], rank: Int) throws(BitdepthError) -> Int? {
        guard let fact = inputs.optional(2) else { return rank - 2 }
        guard let constant = fact.constant else { return nil }
        let axis = try Shape.normalize(axis: try constant.integer("axis"), rank: rank)
        guard axis < rank - 1 else {
            throw BitdepthError(.valueOutOfRange, "the last axis holds the parts of complex numbers, not a signal")
        }
        return axis
    }

    /// The length of the transform; `nil` where it is not known.
    private func length(_ inputs: [Fact?], extent: Int?) throws(BitdepthError) -> Int? {
        if let fact = inputs.optional(1) {
            guard let constant = fact.constant else { return nil }
            return try FourierTransform.checked(try constant.integer("dft_length"))
        }
        guard let extent, extent > 0 || isRealInverse else { return extent }
        return isRealInverse ? try FourierTransform.checked(2 * (min(extent, 1 << 32) - 1)) : extent
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let x = try inputs.required(0, "input")
        let facts = inputs.map { $0.map(Fact.init(constant:)) }
        let shape = try outputShape(inputs)
        guard shape.count > 0, let axis = try axis(facts, rank: shape.rank),
            let length = try length(facts, extent: x.shape[axis])
        else { return [try Tensor(zeros: shape, type: x.type)] }
        let transform = try FourierTransform(length: length)
        let source = Spectrum.Layout(x.shape, axis: axis)
        let target = Spectrum.Layout(shape, axis: axis)
        let values = try x.doubles()
        var results = try [Double](repeating: 0, filling: shape)
        for lane in 0..<target.laneCount {
            let signal = signal(source.read(values, lane: lane), length: length)
            target.write(isInverse ? transform.inverse(signal) : transform.forward(signal), lane: lane, to: &results)
        }
        return [try Tensor(reals: results, shape: shape, type: x.type)]
    }

    /// What is transformed: the elements that are there, in as many as the transform takes.
    private func signal(_ elements: [ComplexNumber], length: Int) -> [ComplexNumber] {
        let given = elements.prefix(isRealInverse ? Spectrum.oneSidedCount(length) : length)
        var signal = given + [ComplexNumber](repeating: .zero, count: length - given.count)
        if isRealInverse {
            for k in 1..<max((length + 1) / 2, 1) { signal[length - k] = signal[k].conjugate }
        }
        return Array(signal)
    }

    /// The axis was an attribute, with another default.
    public static func upgrade(_ node: inout Node, to next: Int, in scope: inout UpgradeScope) throws(BitdepthError) {
        guard next == 20 else { return }
        guard case .int(let axis) = node.attributes.removeValue(forKey: "axis") ?? .int(1) else {
            throw BitdepthError(.invalidAttribute, "attribute \"axis\" is not an integer", at: node.place)
        }
        node.setInput(scope.add(try Tensor(scalar: Int64(axis)), named: "\(node.label)_axis"), at: 2)
    }
}
