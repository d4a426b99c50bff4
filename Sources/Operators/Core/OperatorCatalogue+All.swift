extension OperatorCatalogue {
    /// Every operator that Bitdepth knows: one line each.
    public static let all = OperatorCatalogue([
        Conv.self,
        Relu.self,
    ])
}
