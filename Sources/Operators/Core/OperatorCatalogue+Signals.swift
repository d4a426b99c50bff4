extension OperatorCatalogue {
    /// Signal processing, sampling of images at arbitrary points, detection: one line each.
    static let signals: [any Operator.Type] = [
        AffineGrid.self,
        BlackmanWindow.self,
        CenterCropPad.self,
        Col2Im.self,
        DeformConv.self,
        Det.self,
        DFT.self,
        GridSample.self,
        HammingWindow.self,
        HannWindow.self,
        MaxRoiPool.self,
        MaxUnpool.self,
        MelWeightMatrix.self,
        NonMaxSuppression.self,
        RoiAlign.self,
        STFT.self,
    ]
}
