import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors
import CBitdepthKernels

/// An addition of two values of one shape that is done by the convolution that makes one of them.
///
/// The convolution's codes are rounded as if they were stored, then added as the addition alone would do it: the same bits,
/// without a second pass over memory.
struct ResidualSum {
    let sum: QuantizedBinary
    /// What the convolution's result is added to.
    let other: ValueName
    private let own: CodeParameters
    private let others: CodeParameters

    /// `nil` where the sum broadcasts, or adds something else than two values.
    ///
    /// - Parameter index: The operand that a convolution makes.
    init?(_ sum: QuantizedBinary, convolution index: Int) {
        let (made, added) = (sum.operands[index], sum.operands[1 - index])
        guard sum.operation == BD_ADD, made.shape == sum.shape, added.shape == sum.shape, let other = added.value,
            other != made.value
        else { return nil }
        self.sum = sum
        self.other = other
        own = made.parameters
        others = added.parameters
    }

    /// The labels of the nodes that this adds to the convolution's.
    var fused: [String] { [sum.island.node.label] + sum.island.fused }

    /// The work on codes that lie at `output`.
    func step(
        other: Location, output: Location, kernel: QuantizedBinaryStep.Kernel, kernels: KernelTable
    ) -> QuantizedBinaryStep {
        let (minimum, maximum) = sum.outputParameters.clamp(sum.island.clamp)
        return QuantizedBinaryStep(
            kernel: kernel, operation: sum.operation, left: .init(location: output, parameters: own),
            right: .init(location: other, parameters: others),
            output: .init(location: output, parameters: sum.outputParameters),
            loop: BroadcastLoop(
                sum.shape, .channelsLast, left: (sum.shape, .channelsLast), right: (sum.shape, .channelsLast)),
            minimum: minimum, maximum: maximum
        ).shortened(by: kernels)
    }
}

extension QuantizedConvolution {
    /// This convolution with the addition of its result to something else; `nil` where its kernel cannot do it.
    func adding(_ residual: ResidualSum) -> QuantizedConvolution? {
        guard plan.group == 1, self.residual == nil, island.outputParameters != nil else { return nil }
        var convolution = self
        convolution.residual = residual
        return convolution
    }
}
