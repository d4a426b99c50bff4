import BitdepthOperators

extension QuantizationScheme {
    /// `int8 per channel, symmetric`; fewer bits than the type that stores them are said: `int8 (7 bits) per channel`.
    public var summary: String {
        let sharing =
            switch granularity {
            case .perTensor: "per tensor"
            case .perChannel: "per channel"
            case .perBlock(let size): "per block of \(size)"
            }
        let type = "\(isSigned ? "" : "u")int\(bits == 7 ? 8 : bits)"
        return "\(type)\(bits == 7 ? " (7 bits)" : "") \(sharing), \(isSymmetric ? "symmetric" : "asymmetric")"
    }
}
