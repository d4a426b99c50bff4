import BitdepthGraphs

extension OperatorName {
    /// The float operator as which an operator from codes to codes is read, between DequantizeLinear and QuantizeLinear;
    /// `nil` for all others.
    public var readAsQDQ: OperatorName? { QOperatorSpelling.all[self]?.op }
}
