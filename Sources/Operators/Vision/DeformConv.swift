import BitdepthGraphs
import BitdepthTensors

/// A convolution whose taps are moved by offsets that depend on place, and weighted by an optional mask: X `[N, C,
/// D…]`, W `[M, C/group, K…]`, offset `[N, G · K · r, O…]`, B `[M]`, mask `[N, G · K, O…]` → `[N, M, O…]`.
///
/// G groups of channels have offsets of their own, r for each tap, one along each of the r spatial axes. X is
/// interpolated between its elements and zero outside. Source: ONNX operator specification, DeformConv-22; Zhu et al.
/// 2018 (arXiv 1811.11168).
public struct DeformConv: Operator {
    public static let signature = OperatorSignature("DeformConv", versions: [19, 22], inputs: 3...5)
    public let convolution: Convolution
    public let offsetGroup: Int

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        convolution = try Convolution(attributes)
        offsetGroup = try attributes.int("offset_group", default: 1)
        guard offsetGroup >= 1 else {
            throw attributes.invalid("offset_group", "is \(offsetGroup); it must be at least 1")
        }
    }

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] {
        let x = try inputs.required(0, "X")
        let w = try inputs.required(1, "W")
        return [Fact(x.element, try convolution.output(input: x.type.shape, weight: w.type.shape))]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let x = try inputs.required(0, "X")
        let w = try inputs.required(1, "W")
        let offset = try inputs.required(2, "offset")
        let mask = inputs.optional(4)
        let geometry = try convolution.geometry(input: x.shape, weight: w.shape)
        try check(x.shape, offset.shape, mask?.shape, geometry)
        let taps = DeformedTaps(
            geometry: geometry, groups: offsetGroup, offsets: try offset.doubles(), masks: try mask?.doubles())
        let bias = try inputs.optional(3)?.doubles() ?? [Double](repeating: 0, count: w.shape[0])
        guard bias.count == w.shape[0] else {
            throw BitdepthError(
                .shapeMismatch, "bias has \(bias.count) elements, the weight \(w.shape[0]) output channels")
        }
        let shape = try Shape([x.shape[0], w.shape[0]] + geometry.output)
        let sums = try sums(try x.doubles(), x.shape, try w.doubles(), w.shape, bias, taps, to: shape)
        return [try Tensor(reals: sums, shape: shape, type: x.type)]
    }

    private func check(
        _ x: Shape, _ offset: Shape, _ mask: Shape?, _ geometry: Window.Geometry
    ) throws(BitdepthError) {
        guard offsetGroup <= max(x[1], 1), x[1] % offsetGroup == 0 else {
            throw BitdepthError(
                .shapeMismatch, "\(x[1]) channels cannot be divided into \(offsetGroup) groups of offsets")
        }
        let taps = try Shape([offsetGroup, geometry.kernelCount, geometry.kernel.count])
        let expected = try Shape([x[0], taps.count] + geometry.output)
        let expectedMask = try Shape([x[0], taps.count(of: 0..<2)] + geometry.output)
        guard offset == expected, mask == nil || mask == expectedMask else {
            let found = "offsets of shape \(offset)" + (mask.map { " and a mask of \($0)" } ?? "")
            throw BitdepthError(.shapeMismatch, "\(found); needed are \(expected) and \(expectedMask)")
        }
    }

    private func sums(
        _ x: [Double], _ input: Shape, _ w: [Double], _ weight: Shape, _ bias: [Double], _ taps: DeformedTaps,
        to shape: Shape
    ) throws(BitdepthError) -> [Double] {
        var y = try [Double](repeating: 0, filling: shape)
        guard shape.count > 0 else { return y }
        let (channels, outputs, kernelCount) = (input[1], shape[1], taps.geometry.kernelCount)
        let (pixelsIn, pixelsOut) = (taps.geometry.inputCount, taps.geometry.outputCount)
        let perGroup = weight[1] * kernelCount
        // What the taps of one window read, of all channels.
        var patch = try [Double](repeating: 0, filling: try Shape([channels, kernelCount]))
        for n in 0..<input[0] {
            for o in 0..<pixelsOut {
                for group in 0..<(channels > 0 ? offsetGroup : 0) {
                    for kernel in 0..<kernelCount {
                        let elements = taps.elements(image: n, group: group, kernel: kernel, output: o)
                        for c in group * channels / offsetGroup..<(group + 1) * channels / offsetGroup {
                            let plane = (n * channels + c) * pixelsIn
                            patch[c * kernelCount + kernel] = elements.reduce(0) {
                                $0 + x[plane + $1.position] * $1.weight
                            }
                        }
                    }
                }
                for m in 0..<outputs {
                    let first = m / (outputs / convolution.group) * perGroup
                    var sum = bias[m]
                    for i in 0..<perGroup { sum += patch[first + i] * w[m * perGroup + i] }
                    y[(n * outputs + m) * pixelsOut + o] = sum
                }
            }
        }
        return y
    }
}
