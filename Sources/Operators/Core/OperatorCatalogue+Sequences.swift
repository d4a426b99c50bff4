extension OperatorCatalogue {
    /// Recurrent cells, attention and what belongs to them, losses, what the latest operator sets brought: one line each.
    static let sequences: [any Operator.Type] = [
        Attention.self,
        BitCast.self,
        CausalConvWithState.self,
        CumProd.self,
        GRU.self,
        LinearAttention.self,
        LSTM.self,
        NegativeLogLikelihoodLoss.self,
        RNN.self,
        RotaryEmbedding.self,
        SoftmaxCrossEntropyLoss.self,
        SwiGLU.self,
        TensorScatter.self,
    ]
}
