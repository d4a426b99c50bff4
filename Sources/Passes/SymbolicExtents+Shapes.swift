import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

/// Shapes that a vector of extents decides about.
extension SymbolicExtents {
    /// The output's extents, where more is known of them than the operator's own inference tells.
    func shape(of node: Node, _ facts: [ValueName: Fact]) -> [Dimension]? {
        let known = node.output(0).flatMap { facts[$0]?.dimensions }
        guard known.map({ $0.contains(.unknown) }) ?? true else { return nil }
        switch node.op.type {
        case "Reshape":
            guard let dimensions = node.input(0).flatMap({ facts[$0]?.dimensions }),
                let target = elements(of: node.input(1), facts)
            else { return nil }
            let allowsZero = (try? AttributeReader(node).flag("allowzero", default: false)) ?? true
            return Self.reshaped(dimensions, target, allowsZero: allowsZero)
        case "Expand":
            guard let dimensions = node.input(0).flatMap({ facts[$0]?.dimensions }),
                let target = elements(of: node.input(1), facts)
            else { return nil }
            return Self.broadcast(dimensions, target)
        case "ConstantOfShape": return elements(of: node.input(0), facts)
        default: return nil
        }
    }

    /// Extents of a reshaped value; `nil` where the target names an axis that is not there.
    static func reshaped(_ dimensions: [Dimension], _ target: [Dimension], allowsZero: Bool) -> [Dimension]? {
        var result: [Dimension] = []
        var open: Int?
        for (axis, extent) in target.enumerated() {
            switch extent {
            case .known(-1):
                open = axis
                result.append(.unknown)
            case .known(0) where !allowsZero:
                guard axis < dimensions.count else { return nil }
                result.append(dimensions[axis])
            case .known(let number) where number < 0: return nil
            default: result.append(extent)
            }
        }
        if let open {
            result[open] = quotient(dimensions, without: result.indices.filter { $0 != open }.map { result[$0] })
        }
        return result
    }

    /// What is left of the product of `dimensions` when it is divided by `others`.
    static func quotient(_ dimensions: [Dimension], without others: [Dimension]) -> Dimension {
        var left = dimensions
        var divisors: [Dimension] = []
        for other in others {
            if let place = left.firstIndex(of: other), other != .unknown, other != .known(0) {
                left.remove(at: place)
            } else {
                divisors.append(other)
            }
        }
        guard let divisor = product(divisors), divisor > 0, let factor = product(left.filter { $0.value != nil }),
            factor % divisor == 0
        else { return .unknown }
        let names = left.filter { $0.value == nil }
        if names.isEmpty { return .known(factor / divisor) }
        return names.count == 1 && factor == divisor ? names[0] : .unknown
    }

    /// The product of extents, all of which must be numbers.
    private static func product(_ dimensions: [Dimension]) -> Int? {
        let extents = dimensions.compactMap(\.value)
        guard extents.count == dimensions.count else { return nil }
        return (try? Shape(extents))?.count
    }

    private static func broadcast(_ dimensions: [Dimension], _ target: [Dimension]) -> [Dimension]? {
        let rank = max(dimensions.count, target.count)
        func padded(_ extents: [Dimension]) -> [Dimension] {
            [Dimension](repeating: .known(1), count: rank - extents.count) + extents
        }
        return zip(padded(dimensions), padded(target)).map { extent, wanted in
            if extent == .known(1) { return wanted }
            return wanted == .known(1) || wanted == extent || extent.value != nil ? extent : .unknown
        }
    }
}
