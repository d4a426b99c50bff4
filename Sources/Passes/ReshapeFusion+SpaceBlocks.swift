import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

extension ReshapeFusion {
    /// Blocks of pixels that are moved between channels and space by Reshape, Transpose and Reshape.
    ///
    /// Source: ONNX DepthToSpace-13, SpaceToDepth-13.
    static let spaceBlocks = [
        row(
            "DepthToSpace, block first", "[N,b,b,C,H,W] in the order 0,3,4,1,5,2", becomes: "DepthToSpace", since: 1,
            order: [0, 3, 4, 1, 5, 2]
        ) { x, b in
            [x[0], b, b, quotient(x[1], b, b), x[2], x[3]]
        } result: { x, b in
            [x[0], quotient(x[1], b, b), product(x[2], b), product(x[3], b)]
        },
        row(
            "DepthToSpace, channel first", "[N,C,b,b,H,W] in the order 0,1,4,2,5,3", becomes: "DepthToSpace",
            ["mode": .text("CRD")], since: 11, order: [0, 1, 4, 2, 5, 3]
        ) { x, b in
            [x[0], quotient(x[1], b, b), b, b, x[2], x[3]]
        } result: { x, b in
            [x[0], quotient(x[1], b, b), product(x[2], b), product(x[3], b)]
        },
        row(
            "SpaceToDepth", "[N,C,H/b,b,W/b,b] in the order 0,3,5,1,2,4", becomes: "SpaceToDepth", since: 1,
            order: [0, 3, 5, 1, 2, 4]
        ) { x, b in
            [x[0], x[1], quotient(x[2], b), b, quotient(x[3], b), b]
        } result: { x, b in
            [x[0], product(x[1], b, b), quotient(x[2], b), quotient(x[3], b)]
        },
    ]

    private typealias Extents = @Sendable (_ x: [Dimension], _ block: Dimension) -> [Dimension]

    private static func row(
        _ name: String, _ formula: String, becomes op: OperatorName,
        _ attributes: KeyValuePairs<String, Attribute> = [:], since opset: Int, order: [Int],
        split: @escaping Extents, result: @escaping Extents
    ) -> Rewriting {
        let attributes = Array(attributes)
        let reshaped = Pattern.node("Reshape", inputs: [.value("x"), .value()], as: "split")
        return Rewriting(
            name, "Reshape(Transpose(Reshape(x))), " + formula, becomes: "\(op.type)(x, b)",
            when: "channels and image are of known extent", since: opset,
            pattern: .node(
                "Reshape",
                inputs: [.node("Transpose", inputs: [reshaped]) { $0.attributes["perm"] == .ints(order) }, .value()]),
            typed: { match, facts, replacement throws(BitdepthError) in
                let x = try match.value("x")
                guard let extents = facts.dimensions(x), extents.count == 4,
                    extents[1...].allSatisfy({ $0.value != nil }),
                    extents[0] != .unknown, let parts = facts.dimensions(try match.node("split").output(0)),
                    parts.count == 6,
                    let block = parts.compactMap(\.value).first(where: { size in
                        size > 1 && split(extents, .known(size)) == parts
                            && result(extents, .known(size)) == facts.dimensions(match.root.output(0))
                    })
                else { return false }
                var node = Node(op, name: match.root.name, inputs: [x], outputs: [replacement.output])
                node.attributes["blocksize"] = .int(block)
                for (name, value) in attributes { node.attributes[name] = value }
                replacement.add(node)
                return true
            })
    }

    private static func quotient(_ extent: Dimension, _ blocks: Dimension...) -> Dimension {
        SymbolicExtents.quotient([extent], without: blocks)
    }

    private static func product(_ extent: Dimension, _ blocks: Dimension...) -> Dimension {
        let factors = ([extent] + blocks).compactMap(\.value)
        guard factors.count == blocks.count + 1, let count = (try? Shape(factors))?.count else { return .unknown }
        return .known(count)
    }
}
