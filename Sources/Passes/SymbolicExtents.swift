import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

/// Follows integer vectors whose elements are extents: what Shape, Gather and Concat compute before a Reshape.
///
/// Operators' own inference follows vectors that are constant; here some elements may be known by name only.
struct SymbolicExtents: Sendable {
    /// Longer vectors are no shapes.
    private static let largestCount = 64

    private var vectors: [ValueName: [Dimension]] = [:]

    /// The elements of a vector or scalar, as far as they are known.
    func elements(of value: ValueName?, _ facts: [ValueName: Fact]) -> [Dimension]? {
        guard let value else { return nil }
        if let vector = vectors[value] { return vector }
        guard let constant = facts[value]?.constant, constant.shape.rank <= 1, constant.count <= Self.largestCount,
            !constant.type.isFloatingPoint, let integers = try? constant.integers()
        else { return nil }
        return integers.map(Dimension.known)
    }

    /// Takes note of what a node makes: the elements of its output, and its shape where a vector decides about that.
    mutating func follow(_ node: Node, _ facts: inout [ValueName: Fact]) {
        guard node.op.domain.isEmpty, let output = node.output(0), let fact = facts[output], fact.constant == nil
        else { return }
        // In a body that is walked again, what was known before may not hold any more.
        vectors[output] = nil
        // An extent below zero is no fact but an error, which running the graph tells.
        if let shape = shape(of: node, facts), shape.allSatisfy({ $0.value.map { $0 >= 0 } ?? true }) {
            facts[output]?.type.shape = PartialShape(shape)
        }
        guard fact.rank.map({ $0 <= 1 }) ?? false, !fact.element.isFloatingPoint,
            let elements = vector(of: node, facts), elements.count <= Self.largestCount
        else { return }
        vectors[output] = elements
        facts[output]?.constant = constant(elements, fact)
    }

    /// The vector as a constant, where every element is a number.
    private func constant(_ elements: [Dimension], _ fact: Fact) -> Tensor? {
        let numbers = elements.compactMap(\.value)
        guard numbers.count == elements.count else { return nil }
        let shape = fact.rank == 0 ? Shape.scalar : Shape.vector(numbers.count)
        guard shape.count == numbers.count else { return nil }
        return try? Tensor(integers: numbers, shape: shape, type: fact.element)
    }

    private func vector(of node: Node, _ facts: [ValueName: Fact]) -> [Dimension]? {
        let attributes = AttributeReader(node)
        func operand(_ index: Int) -> [Dimension]? { elements(of: node.input(index), facts) }
        switch node.op.type {
        case "Shape": return part(of: node.input(0).flatMap { facts[$0]?.dimensions }, attributes)
        case "Cast":
            let target = node.output(0).flatMap { facts[$0]?.element }
            return target == .int64 || target == .int32 ? operand(0) : nil
        case "Identity", "Reshape", "Flatten", "Squeeze", "Unsqueeze": return operand(0)
        case "Gather": return gather(operand(0), operand(1))
        case "Slice":
            return slice(operand(0), operand(1), operand(2), steps: node.input(4).map { elements(of: $0, facts) })
        case "Concat":
            let parts = node.inputs.indices.compactMap { operand($0) }
            return parts.count == node.inputs.count ? parts.flatMap { $0 } : nil
        case "Add", "Sub", "Mul", "Div", "Equal":
            return pairs(operand(0), operand(1))?.map { Self.combine(node.op.type, $0, $1) }
        case "Where":
            guard let choice = operand(0), let cases = pairs(operand(1), operand(2)), choice.count == cases.count
            else { return nil }
            return zip(choice, cases).map { $0 == .unknown ? .unknown : $0 == .known(0) ? $1.1 : $1.0 }
        default: return nil
        }
    }

    private func part(of dimensions: [Dimension]?, _ attributes: AttributeReader) -> [Dimension]? {
        guard let dimensions, let start = try? attributes.int("start", default: 0),
            let end = try? attributes.int("end", default: dimensions.count)
        else { return nil }
        let rank = dimensions.count
        func place(_ axis: Int) -> Int { min(max(axis < 0 ? max(axis, -rank) + rank : axis, 0), rank) }
        return Array(dimensions[place(start)..<max(place(start), place(end))])
    }

    private func gather(_ data: [Dimension]?, _ indices: [Dimension]?) -> [Dimension]? {
        guard let data, let indices else { return nil }
        var result: [Dimension] = []
        for index in indices {
            guard let index = index.value, index >= -data.count, index < data.count else { return nil }
            result.append(data[index < 0 ? index + data.count : index])
        }
        return result
    }

    /// One cut of step 1, which is what exporters write.
    private func slice(
        _ data: [Dimension]?, _ starts: [Dimension]?, _ ends: [Dimension]?, steps: [Dimension]??
    ) -> [Dimension]? {
        guard let data, let start = starts?.first?.value, let end = ends?.first?.value, starts?.count == 1,
            ends?.count == 1, steps == nil || steps == [.known(1)]
        else { return nil }
        let count = data.count
        func place(_ index: Int) -> Int { min(max(index < 0 ? max(index, -count) + count : index, 0), count) }
        return Array(data[place(start)..<max(place(start), place(end))])
    }

    /// The elements of two vectors side by side; one of a single element repeats.
    private func pairs(_ a: [Dimension]?, _ b: [Dimension]?) -> [(Dimension, Dimension)]? {
        guard let a, let b else { return nil }
        if a.count == b.count { return Array(zip(a, b)) }
        if b.count == 1 { return a.map { ($0, b[0]) } }
        return a.count == 1 ? b.map { (a[0], $0) } : nil
    }

    private static func combine(_ op: String, _ a: Dimension, _ b: Dimension) -> Dimension {
        switch (op, a, b) {
        case ("Mul", .known(1), let other), ("Mul", let other, .known(1)), ("Div", let other, .known(1)),
            ("Add", .known(0), let other), ("Add", let other, .known(0)), ("Sub", let other, .known(0)):
            return other
        // An extent is never negative.
        case ("Equal", .symbol, .known(let n)), ("Equal", .known(let n), .symbol): return n < 0 ? .known(0) : .unknown
        case (_, .known(let m), .known(let n)): return number(op, m, n)
        default: return .unknown
        }
    }

    private static func number(_ op: String, _ m: Int, _ n: Int) -> Dimension {
        let (result, overflow): (Int, Bool) =
            switch op {
            case "Add": m.addingReportingOverflow(n)
            case "Sub": m.subtractingReportingOverflow(n)
            case "Mul": m.multipliedReportingOverflow(by: n)
            case "Div": m.dividedReportingOverflow(by: n)
            default: (m == n ? 1 : 0, false)
            }
        return overflow ? .unknown : .known(result)
    }
}
