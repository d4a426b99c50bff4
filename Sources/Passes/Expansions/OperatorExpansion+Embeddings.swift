import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

extension OperatorExpansion {
    /// Tables of words, and of positions.
    static let embeddings = [
        Rewriting.expansion(
            of: EmbedLayerNormalization.self, "LayerNormalization(words[ids] + positions[…] + segments[…])",
            becomes: "Gather, Add, LayerNormalization", since: 17, allOutputs: true,
            expand: { op, node, facts, replacement throws(BitdepthError) in
                guard let ids = node.input(0), let positions = node.input(3) else { return false }
                let words = replacement.add("Gather", [node.input(2), ids])
                let places: ValueName
                if let given = node.input(8) {
                    places = replacement.add("Gather", [positions, given])
                } else {
                    places = try replacement.rows(of: positions, counted: replacement.extent(of: ids, axis: 1))
                }
                let segments: ValueName? =
                    node.input(1) == nil || node.input(4) == nil
                    ? nil : replacement.add("Gather", [node.input(4), node.input(1)])
                let sum = replacement.sum([words, places] + (segments.map { [$0] } ?? []), as: node.output(2))
                replacement.add(
                    "LayerNormalization", [sum, node.input(5), node.input(6)],
                    ["axis": .int(-1), "epsilon": .float(op.epsilon)], name: node.name, as: [replacement.output])
                if let counts = node.output(1) {
                    try replacement.countWords(ids, mask: node.input(7), facts, as: counts)
                }
                return true
            }),
        Rewriting.expansion(
            of: ContribRotaryEmbedding.self, "RotaryEmbedding(x, positions, cosines, sines)",
            becomes: "RotaryEmbedding(x, cosines, sines, positions)",
            when: "the shapes of x, positions and tables are known as far as they matter", since: 23,
            expand: { op, node, facts, replacement throws(BitdepthError) in
                guard let x = node.input(0), let rank = facts.rank(x), let positions = node.input(1),
                    let half = facts.dimensions(node.input(2))?.last?.value,
                    let heads = headCount(op, rank: rank, width: facts.dimensions(x)?.last?.value, half: half),
                    let places = try replacement.places(positions, of: x, rank: rank, facts)
                else { return false }
                replacement.add(
                    "RotaryEmbedding", [x, node.input(2), node.input(3), places],
                    [
                        "interleaved": .int(op.isInterleaved ? 1 : 0), "num_heads": .int(heads),
                        "rotary_embedding_dim": .int(2 * half),
                    ], name: node.name, as: [replacement.output])
                return true
            }),
    ]

    /// 0 where the tensor has an axis of heads; `nil` where nobody says how many there are.
    private static func headCount(_ op: ContribRotaryEmbedding, rank: Int, width: Int?, half: Int) -> Int? {
        guard half > 0, half <= .max / 2 else { return nil }
        if rank == 4 { return 0 }
        if op.heads > 0 { return op.heads }
        guard let width, width % (2 * half) == 0, width > 0 else { return nil }
        return width / (2 * half)
    }
}

extension Replacement {
    /// The first rows of a table.
    fileprivate mutating func rows(of table: ValueName, counted count: ValueName) throws(BitdepthError) -> ValueName {
        let zero = try integers([0])
        return add("Slice", [table, zero, count, zero])
    }

    /// - Parameter name: What the sum is called where somebody reads it.
    fileprivate mutating func sum(_ operands: [ValueName], as name: ValueName?) -> ValueName {
        var sum = operands[0]
        for (index, operand) in operands.enumerated().dropFirst() {
            let isLast = index == operands.count - 1
            let total = (isLast ? name : nil) ?? newName("\(output)_sum")
            add("Add", [sum, operand], as: [total])
            sum = total
        }
        return sum
    }

    /// How many words of each row a mask marks by 1; none without a mask.
    fileprivate mutating func countWords(
        _ ids: ValueName, mask: ValueName?, _ facts: InferredFacts, as counts: ValueName
    ) throws(BitdepthError) {
        guard let mask, let element = facts[mask]?.element else {
            let zero = try Tensor(integers: [0], shape: Shape.vector(1), type: .int32)
            add("ConstantOfShape", [extent(of: ids, axis: 0)], ["value": .tensor(zero)], as: [counts])
            return
        }
        let one = add(try Tensor(integers: [1], shape: .scalar, type: element), named: "\(counts)_one")
        let marks = add("Cast", [add("Equal", [mask, one])], ["to": .int(Int(ElementType.int32.onnx))])
        add("ReduceSum", [marks, try integers([1])], ["keepdims": .int(0)], as: [counts])
    }

    /// Positions `[B, S]`, counted up from a single given one.
    fileprivate mutating func places(
        _ positions: ValueName, of x: ValueName, rank: Int, _ facts: InferredFacts
    ) throws(BitdepthError) -> ValueName? {
        guard let given = facts.dimensions(positions), facts[positions]?.element == .int64, rank >= 3 else {
            return nil
        }
        let isSingle = given.allSatisfy { $0 == .known(1) }
        guard isSingle else { return given.count == 2 ? positions : nil }
        let length = extent(of: x, axis: rank - 2)
        let shape = add("Concat", [extent(of: x, axis: 0), length], ["axis": .int(0)])
        let steps = add("Range", [try integer(0), add("Squeeze", [length]), try integer(1)])
        let first = add("Reshape", [positions, try integers([1])])
        return add("Expand", [add("Add", [steps, first]), shape])
    }
}
