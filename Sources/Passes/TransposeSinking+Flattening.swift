import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

extension TransposeSinking {
    /// How channels-last frameworks end: what is flattened in their order is flattened in ours, and the weight follows.
    static let flattened = Rewriting(
        "flattened Transpose before a product", "MatMul(flatten(Transpose(x)), W)",
        becomes: "MatMul(Flatten(x), W with its rows in the other order)",
        when: "W is a constant matrix, the batch stays first, and all other extents are known",
        pattern: .node(
            "MatMul", "Gemm",
            inputs: [
                .node("Reshape", "Flatten", inputs: [transpose(as: "transpose")], as: "flat", furtherInputs: true),
                .constant("weight") { $0.shape.rank == 2 },
            ], furtherInputs: true),
        typed: { match, facts, replacement throws(BitdepthError) in
            let x = try match.value("x")
            let weight = try match.constant("weight")
            let attributes = AttributeReader(match.root)
            guard let permutation = try permutation(match), permutation.axes.first == 0,
                let extents = facts.dimensions(x), extents.count == permutation.axes.count, extents.count >= 3,
                let rowCount = PartialShape(Array(extents.dropFirst())).shape?.count,
                facts.dimensions(try match.node("flat").output(0)) == [extents[0], .known(rowCount)],
                try !attributes.flag("transA", default: false)
            else { return false }
            let rowsLast = try attributes.flag("transB", default: false)
            guard weight.shape[rowsLast ? 1 : 0] == rowCount else { return false }
            let flat = replacement.newName("\(replacement.output)_flat")
            replacement.add(Node("Flatten", inputs: [x], outputs: [flat]))
            var node = match.root
            node.inputs[0] = flat
            let moved = try reordered(weight, rowsLast: rowsLast, permutation, extents.compactMap(\.value))
            node.inputs[1] = replacement.change(try match.value("weight"), to: moved)
            replacement.add(node)
            return true
        })

    /// The weight with its rows in the order of the value before the transpose.
    ///
    /// - Parameter extents: Those of the value before the transpose, of all axes but the first perhaps.
    private static func reordered(
        _ weight: Tensor, rowsLast: Bool, _ permutation: Permutation, _ extents: [Int]
    ) throws(BitdepthError) -> Tensor {
        let inner = Array(extents.suffix(permutation.axes.count - 1))
        let rows = permutation.axes.dropFirst().map { inner[$0 - 1] }
        let order = permutation.inverse.axes.dropFirst()
        let columns = weight.shape[rowsLast ? 0 : 1]
        let split = try Shape(rowsLast ? [columns] + rows : rows + [columns])
        let axes = rowsLast ? [0] + order : order.map { $0 - 1 } + [rows.count]
        return try weight.reshaped(to: split).transposed(axes).reshaped(to: weight.shape)
    }
}
