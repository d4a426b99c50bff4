import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

/// Scales and zero points for all values of a plan, from their ranges.
public struct ValueParameters: Sendable {
    public private(set) var byValue: [ValueName: QuantizationParameters] = [:]

    /// - Parameters:
    ///   - ranges: What calibration found, by value.
    /// - Throws: ``BitdepthError/Code/nothingObserved`` when a value has no range.
    public init(
        _ plan: QuantizationPlan, ranges: [ValueName: ClosedRange<Double>], scheme: QuantizationScheme
    ) throws(BitdepthError) {
        for value in plan.calibratedValues {
            let source = plan.source(of: value)
            guard let range = plan.fixedRanges[source] ?? ranges[source] else {
                throw BitdepthError(
                    .nothingObserved, "value \"\(source)\" was never observed", at: .init(tensor: source.text))
            }
            byValue[value] = QuantizationParameters(range: range, scheme: scheme)
        }
        for body in plan.bodies {
            byValue.merge(try ValueParameters(body.plan, ranges: ranges, scheme: scheme).byValue) { outer, _ in outer }
        }
    }

    public subscript(value: ValueName) -> QuantizationParameters? { byValue[value] }

    public mutating func set(_ parameters: QuantizationParameters, for value: ValueName) { byValue[value] = parameters }
}

extension QuantizationPlan {
    /// The value whose range decides this value's parameters.
    public func source(of value: ValueName) -> ValueName {
        var current = value
        // A chain is at most as long as there are values; a circle cannot arise, the bound is for certainty.
        for _ in 0...parametersFrom.count {
            guard let next = parametersFrom[current] else { return current }
            current = next
        }
        return current
    }

    /// Values that calibration has to observe, those of bodies behind those of the graph itself.
    public var observedValues: [ValueName] {
        var seen = Set<ValueName>()
        let own = calibratedValues.map(source).filter { fixedRanges[$0] == nil }
        return (own + bodies.flatMap(\.plan.observedValues)).filter { seen.insert($0).inserted }
    }
}
