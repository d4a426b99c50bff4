import BitdepthGraphs
import BitdepthTensors

extension DowngradeRule {
    /// Pairs of numbers turned by sums of products. Source: ONNX RotaryEmbedding-23.
    static let rotaryEmbedding = DowngradeRule.rewrite { node, scope in
        guard let rotation = SpelledRotation(node, scope) else { return false }
        return rotation.spell(&node, &scope)
    }
}

/// A RotaryEmbedding while it is spelled out.
private struct SpelledRotation {
    private let label: String
    private let x: ValueName
    /// Whether rows `[B, S, H · D]` have no axis of heads.
    private let isPacked: Bool
    private let heads: Int
    private let isInterleaved: Bool
    /// Pairs of a head that are turned.
    private let pairs: Int
    /// Whether a head has numbers that are not turned, as far as is known.
    private let hasRest: Bool

    init?(_ node: Node, _ scope: DowngradeScope) {
        func number(_ name: String) -> Int { if case .int(let value)? = node.attributes[name] { value } else { 0 } }
        let heads = number("num_heads")
        guard let x = node.input(0), let dimensions = scope.type(x)?.shape.dimensions,
            dimensions.count == 4 || dimensions.count == 3 && heads > 0, let last = dimensions.last,
            let pairs = scope.type(node.input(1))?.shape.dimensions?.last?.value, pairs > 0, pairs < .max / 2
        else { return nil }
        let isPacked = dimensions.count == 3
        let width = last.value.map { isPacked ? $0 / heads : $0 }
        (self.x, self.isPacked, self.heads, self.pairs) = (x, isPacked, heads, pairs)
        label = node.label
        isInterleaved = number("interleaved") == 1
        hasRest = number("rotary_embedding_dim") != 0 && width != 2 * pairs
    }

    func spell(_ node: inout Node, _ scope: inout DowngradeScope) -> Bool {
        guard let cosine = angles(node, 1, &scope), let sine = angles(node, 2, &scope),
            let source = isPacked ? reshaped(x, [0, 0, heads, -1], &scope) : x,
            let first = slice(source, 0, isInterleaved ? 2 * pairs : pairs, &scope),
            let second = slice(source, isInterleaved ? 1 : pairs, 2 * pairs, &scope),
            var parts = joined(
                combined("Sub", (first, cosine), (second, sine), &scope),
                combined("Add", (first, sine), (second, cosine), &scope), &scope)
        else { return false }
        if hasRest {
            guard let rest = slice(source, 2 * pairs, .max, step: 1, &scope) else { return false }
            parts.append(rest)
        }
        guard isPacked else {
            node.become("Concat", parts, ["axis": .int(3)])
            return true
        }
        guard let shape = vector([0, 0, -1], &scope) else { return false }
        let whole = scope.insertBefore("Concat", parts, ["axis": .int(3)], named: "\(label)_heads")
        node.become("Reshape", [whole, shape])
        return true
    }

    /// Rows of a table for each position, with an axis for the heads.
    private func angles(_ node: Node, _ input: Int, _ scope: inout DowngradeScope) -> ValueName? {
        guard var rows = node.input(input), let axis = vector([isPacked ? 2 : 1], &scope) else { return nil }
        if let places = node.input(3) { rows = scope.insertBefore("Gather", [rows, places], named: "\(label)_rows") }
        return scope.insertBefore("Unsqueeze", [rows, axis], named: "\(label)_angles")
    }

    private func combined(
        _ op: OperatorName, _ left: (ValueName, ValueName), _ right: (ValueName, ValueName),
        _ scope: inout DowngradeScope
    ) -> ValueName {
        let a = scope.insertBefore("Mul", [left.0, left.1], named: "\(label)_product")
        let b = scope.insertBefore("Mul", [right.0, right.1], named: "\(label)_product")
        return scope.insertBefore(op, [a, b], named: "\(label)_turned")
    }

    /// What lies side by side in the result: halves, or pairs of neighbours.
    private func joined(_ first: ValueName, _ second: ValueName, _ scope: inout DowngradeScope) -> [ValueName]? {
        guard isInterleaved else { return [first, second] }
        guard let axis = vector([4], &scope) else { return nil }
        let numbers = [first, second].map {
            scope.insertBefore("Unsqueeze", [$0, axis], named: "\(label)_number")
        }
        let neighbours = scope.insertBefore("Concat", numbers, ["axis": .int(4)], named: "\(label)_neighbours")
        return reshaped(neighbours, [0, 0, 0, 2 * pairs], &scope).map { [$0] }
    }

    /// Numbers of the last axis, every one or every other one of pairs.
    private func slice(
        _ value: ValueName, _ start: Int, _ end: Int, step: Int? = nil, _ scope: inout DowngradeScope
    ) -> ValueName? {
        guard let first = vector([start], &scope), let end = vector([end], &scope), let axis = vector([3], &scope),
            let step = vector([step ?? (isInterleaved ? 2 : 1)], &scope)
        else { return nil }
        return scope.insertBefore("Slice", [value, first, end, axis, step], named: "\(label)_numbers")
    }

    private func reshaped(_ value: ValueName, _ shape: [Int], _ scope: inout DowngradeScope) -> ValueName? {
        vector(shape, &scope).map { scope.insertBefore("Reshape", [value, $0], named: "\(label)_heads") }
    }

    private func vector(_ values: [Int], _ scope: inout DowngradeScope) -> ValueName? {
        (try? Tensor(values.map { Int64($0) })).map { scope.add($0, named: "\(label)_integers") }
    }
}
