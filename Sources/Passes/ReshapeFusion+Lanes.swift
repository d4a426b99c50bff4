import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

extension ReshapeFusion {
    /// Softmax and its kin between a reshape to rows and the reshape back: what classifiers of operator sets before 13 become.
    static let lanes = [
        lanes("Softmax of rows, last axis", when: "a row is the last axis of x", since: 1) { $0 == $1 - 1 },
        lanes("Softmax of rows", when: "a row is one axis of x", since: 13) { _, _ in true },
    ]

    private static func lanes(
        _ name: String, when condition: String, since opset: Int, accepts: @escaping @Sendable (Int, Int) -> Bool
    ) -> Rewriting {
        let lane = Pattern.node(
            "Softmax", "LogSoftmax", "Hardmax", inputs: [reshape(.value("x"), as: "rows")], as: "lane")
        return Rewriting(
            name, "reshape(Softmax(reshape(x)), shape of x)", becomes: "Softmax(x, axis)", when: condition,
            since: opset,
            pattern: reshape(lane),
            typed: { match, facts, replacement throws(BitdepthError) in
                let x = try match.value("x")
                var node = try match.node("lane")
                guard facts.haveSameShape(x, match.root.output(0)), let dimensions = facts.dimensions(x),
                    let rows = facts.dimensions(try match.node("rows").output(0)), let length = rows.last,
                    isLast(try AttributeReader(node).int("axis", default: -1), rank: rows.count),
                    let axis = lastAxis(of: dimensions, extent: length), accepts(axis, dimensions.count)
                else { return false }
                node.inputs = [x]
                node.outputs = [replacement.output]
                node.attributes["axis"] = .int(axis == dimensions.count - 1 ? -1 : axis)
                replacement.add(node)
                return true
            })
    }

    private static func isLast(_ axis: Int, rank: Int) -> Bool { axis == -1 || axis == rank - 1 }

    /// The axis along which the elements of a row lie: behind it are only axes of extent 1.
    private static func lastAxis(of dimensions: [Dimension], extent: Dimension) -> Int? {
        guard extent != .unknown else { return nil }
        let axis = dimensions.lastIndex { $0 != .known(1) } ?? dimensions.count - 1
        if extent == .known(1) { return dimensions.last == .known(1) ? dimensions.count - 1 : nil }
        return dimensions.indices.contains(axis) && dimensions[axis] == extent ? axis : nil
    }
}
