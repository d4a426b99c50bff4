extension OperatorCatalogue {
    /// Every operator that Bitdepth knows; the lists name them one line each.
    public static let all = OperatorCatalogue(
        networks + elements + sequences + signals + controlFlow + microsoft + machineLearning)
}
