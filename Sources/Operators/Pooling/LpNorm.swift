import BitdepthGraphs
import BitdepthTensors

/// The p-norm (Σ |x|^p)^(1/p).
public struct LpNorm: Sendable, Hashable {
    /// p, at least 1.
    public let order: Int

    init(_ attributes: AttributeReader) throws(BitdepthError) {
        order = try attributes.int("p", default: 2)
        guard order >= 1 else { throw attributes.invalid("p", "is \(order); it must be at least 1") }
    }

    func of(_ values: some Sequence<Double>) -> Double {
        switch order {
        case 1: values.reduce(0) { $0 + $1.magnitude }
        case 2: values.reduce(0) { $0 + $1 * $1 }.squareRoot()
        default:
            RealFunctions.pow(
                values.reduce(0) { $0 + RealFunctions.pow($1.magnitude, Double(order)) }, 1 / Double(order))
        }
    }

    /// Version 1 of the pools kept p as a float.
    static func upgradeFloatOrder(_ node: inout Node) throws(BitdepthError) {
        guard case .float(let order) = node.attributes["p"] else { return }
        guard let whole = Int(exactly: order) else {
            throw BitdepthError(
                .invalidAttribute, "attribute \"p\" is \(order); only whole orders are supported", at: node.place)
        }
        node.attributes["p"] = .int(whole)
    }
}
