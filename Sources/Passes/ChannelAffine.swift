import BitdepthTensors

/// `y = scale[c] * x + shift[c]`, channel by channel: what BatchNormalization, and Mul and Add of constants, come to.
struct ChannelAffine {
    var scale: [Double]
    var shift: [Double]

    /// What a BatchNormalization computes in inference.
    ///
    /// `scale = γ / √(σ² + ε)`, `shift = β − μ · scale`; `nil` where the parameters are not `channels` numbers each or
    /// `σ² + ε` is not positive. Source: Ioffe and Szegedy 2015, algorithm 2; ε is the node's, never a guess.
    init?(
        gamma: Tensor, beta: Tensor, mean: Tensor, variance: Tensor, epsilon: Double, channels: Int
    ) throws(BitdepthError) {
        guard [gamma, beta, mean, variance].allSatisfy({ $0.shape.dimensions == [channels] }) else { return nil }
        let (gamma, beta) = (try gamma.doubles(), try beta.doubles())
        let (mean, variance) = (try mean.doubles(), try variance.doubles())
        guard variance.allSatisfy({ $0 + epsilon > 0 }) else { return nil }
        scale = zip(gamma, variance).map { $0 / ($1 + epsilon).squareRoot() }
        shift = []
        for channel in 0..<channels { shift.append(beta[channel] - mean[channel] * scale[channel]) }
    }

    /// Multiplication by a constant; `nil` unless it is one number per channel or one for all.
    init?(multiplyingBy constant: Tensor, channels: Int, rank: Int) throws(BitdepthError) {
        guard let factors = try constant.perChannel(channels, rank: rank) else { return nil }
        scale = factors
        shift = [Double](repeating: 0, count: channels)
    }

    /// Addition of a constant; `nil` unless it is one number per channel or one for all.
    init?(adding constant: Tensor, channels: Int, rank: Int) throws(BitdepthError) {
        guard let summands = try constant.perChannel(channels, rank: rank) else { return nil }
        scale = [Double](repeating: 1, count: channels)
        shift = summands
    }
}

extension Tensor {
    /// The elements as one number per channel, where broadcasting them against `[N, channels, …]` of `rank` axes says that;
    /// `nil` where they differ along another axis or would change the shape.
    func perChannel(_ channels: Int, rank: Int) throws(BitdepthError) -> [Double]? {
        guard shape.rank <= rank, rank >= 2 else { return nil }
        let aligned = [Int](repeating: 1, count: rank - shape.rank) + shape.dimensions
        for (axis, extent) in aligned.enumerated() where extent != 1 {
            guard axis == 1, extent == channels else { return nil }
        }
        let values = try doubles()
        return values.count == 1 ? [Double](repeating: values[0], count: channels) : values
    }
}
