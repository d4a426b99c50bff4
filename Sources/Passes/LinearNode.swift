import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

/// A Conv, ConvTranspose or Gemm whose weight and bias are constant: what a per-channel affine map behind it folds into.
struct LinearNode {
    /// The operators that can be read so.
    static let pattern = Pattern.node(
        "Conv", "ConvTranspose", "Gemm",
        inputs: [.value("x"), .constant("weight"), .optional(.constant("bias"))], as: "linear")

    /// What the rows of the table that use ``pattern`` mean by "linear".
    static let condition = "linear is Conv, ConvTranspose or Gemm, its weight and bias are constant"

    var node: Node
    var weightName: ValueName
    var weight: Tensor
    var biasName: ValueName?
    var bias: Tensor?
    /// Output channels; they lie on axis 1 of an output of `rank` axes.
    let channels: Int
    let rank: Int
    private let layout: Layout

    /// Where the output channels lie in the weight.
    private enum Layout {
        /// `[M, C/group, K…]`.
        case conv
        /// `[C, M/group, K…]`: the channel is `group index · M/group + index on axis 1`.
        case transposed(groups: Int)
        /// `[N, K]` or `[K, N]`; `beta` multiplies the bias.
        case gemm(transposed: Bool, beta: Double)
    }

    /// Reads the node that ``pattern`` matched; `nil` for shapes that do not fit together or that this does not cover.
    init?(_ match: Match) throws(BitdepthError) {
        node = try match.node("linear")
        weightName = try match.value("weight")
        weight = try match.constant("weight")
        biasName = match.optionalValue("bias")
        bias = match.optionalConstant("bias")
        rank = weight.shape.rank
        let attributes = AttributeReader(node)
        switch node.op {
        case "Gemm":
            guard rank == 2 else { return nil }
            let transposed = try attributes.flag("transB", default: false)
            layout = .gemm(transposed: transposed, beta: Double(try attributes.float("beta", default: 1)))
            channels = weight.shape[transposed ? 0 : 1]
        case "ConvTranspose":
            let groups = try attributes.int("group", default: 1)
            guard rank >= 3, groups >= 1, weight.shape[0] % groups == 0 else { return nil }
            let (channels, overflow) = weight.shape[1].multipliedReportingOverflow(by: groups)
            guard !overflow else { return nil }
            self.channels = channels
            layout = .transposed(groups: groups)
        default:
            guard rank >= 3 else { return nil }
            channels = weight.shape[0]
            layout = .conv
        }
        guard weight.type.isFloatingPoint, weight.shape.count > 0 else { return nil }
    }

    /// Takes an affine map that follows the node into weight and bias, in Double.
    ///
    /// - Returns: Whether it could be done: not for a bias that differs between rows, nor where a number leaves the range
    ///   of the weight's type.
    mutating func absorb(_ affine: ChannelAffine) throws(BitdepthError) -> Bool {
        guard let oldBias = try biasPerChannel() else { return false }
        var newBias: [Double] = []
        for channel in 0..<channels { newBias.append(oldBias[channel] * affine.scale[channel] + affine.shift[channel]) }
        var weights = try weight.doubles()
        if affine.scale.contains(where: { $0 != 1 }) {
            for index in weights.indices { weights[index] *= affine.scale[channel(ofWeight: index)] }
        }
        guard
            let weight = try Tensor(finite: weights, shape: weight.shape, type: weight.type),
            let bias = try Tensor(finite: newBias, shape: Shape.vector(channels), type: bias?.type ?? weight.type)
        else { return false }
        self.weight = weight
        self.bias = bias
        if case .gemm = layout { node.attributes["beta"] = nil }
        return true
    }

    /// Puts the node, with its new constants, in the place of the match.
    func replace(in replacement: inout Replacement) {
        var node = node
        let weightInput = replacement.change(weightName, to: weight)
        var inputs: [ValueName?] = [node.input(0), weightInput]
        if let bias {
            let base = weightName.text + "_bias"
            inputs.append(biasName.map { replacement.change($0, to: bias) } ?? replacement.add(bias, named: base))
        }
        node.inputs = inputs
        node.outputs = [replacement.output]
        replacement.add(node)
    }

    private func biasPerChannel() throws(BitdepthError) -> [Double]? {
        guard let bias else { return [Double](repeating: 0, count: channels) }
        guard case .gemm(_, let beta) = layout else {
            return bias.shape.dimensions == [channels] ? try bias.doubles() : nil
        }
        return try bias.perChannel(channels, rank: 2)?.map { $0 * beta }
    }

    private func channel(ofWeight index: Int) -> Int {
        let strides = weight.shape.strides
        switch layout {
        case .conv: return index / strides[0]
        case .transposed(let groups):
            let group = index / strides[0] / (weight.shape[0] / groups)
            return group * weight.shape[1] + index / strides[1] % weight.shape[1]
        case .gemm(let transposed, _): return transposed ? index / strides[0] : index % weight.shape[1]
        }
    }
}

extension Tensor {
    /// A float tensor of numbers that its type must hold; `nil` where one becomes infinite or NaN.
    init?(finite values: [Double], shape: Shape, type: ElementType) throws(BitdepthError) {
        if type == .float64 {
            try self.init(values, shape: shape)
        } else {
            try self.init(floats: values.map { Float($0) }, shape: shape, type: type)
        }
        guard try doubles().allSatisfy(\.isFinite) else { return nil }
    }
}
