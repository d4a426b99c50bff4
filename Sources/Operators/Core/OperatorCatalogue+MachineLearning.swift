extension OperatorCatalogue {
    /// Operators of domain `ai.onnx.ml` that take and give numbers: one line each.
    static let machineLearning: [any Operator.Type] = [
        ArrayFeatureExtractor.self,
        Binarizer.self,
        FeatureVectorizer.self,
        Imputer.self,
        LabelEncoder.self,
        LinearClassifier.self,
        LinearRegressor.self,
        Normalizer.self,
        OneHotEncoder.self,
        SVMClassifier.self,
        SVMRegressor.self,
        Scaler.self,
        TreeEnsemble.self,
        TreeEnsembleClassifier.self,
        TreeEnsembleRegressor.self,
    ]
}
