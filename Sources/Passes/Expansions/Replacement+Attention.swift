import BitdepthGraphs
import BitdepthTensors

/// Heads, and what hides keys from queries.
extension Replacement {
    /// Rows `[B, S, N · H]` as heads `[B, N, S, H]`.
    mutating func heads(_ rows: ValueName, count: Int) throws(BitdepthError) -> ValueName {
        let split = add("Reshape", [rows, try integers([0, 0, count, -1])])
        return add("Transpose", [split], ["perm": .ints([0, 2, 1, 3])])
    }

    /// Whether a key comes after a query: `[S, T]`.
    ///
    /// - Parameters:
    ///   - query: `[B, N, S, H]`.
    ///   - key: `[B, N, T, H]`.
    ///   - past: The number of keys before the first query, as a vector of one; `nil` where there are none.
    mutating func isFuture(query: ValueName, key: ValueName, past: ValueName?) throws(BitdepthError) -> ValueName {
        var places = add("Reshape", [try steps(query, axis: 2), try integers([-1, 1])])
        if let past { places = add("Add", [places, past]) }
        return add("Greater", [try steps(key, axis: 2), places])
    }

    /// What keeps keys from being seen: the lowest number where they are hidden, else 0.
    mutating func bias(hiding hidden: ValueName, _ element: ElementType) throws(BitdepthError) -> ValueName {
        add("Where", [hidden, try lowest(element), try number(0, element)])
    }

    /// The lowest finite number; of wider types than FP32, that of FP32.
    mutating func lowest(_ element: ElementType) throws(BitdepthError) -> ValueName {
        let lowest =
            switch element {
            case .float16: -65504.0
            case .bfloat16: -0x1.FEp127
            default: -Double(Float.greatestFiniteMagnitude)
            }
        return try number(lowest, element)
    }

    /// 0, 1, 2 … up to the extent of an axis.
    private mutating func steps(_ value: ValueName, axis: Int) throws(BitdepthError) -> ValueName {
        let count = add("Squeeze", [extent(of: value, axis: axis)])
        return add("Range", [try integer(0), count, try integer(1)])
    }

    /// What hides masked keys: 0 or `filter`, in a shape that broadcasts to scores `[B, N, S, T]`.
    ///
    /// - Parameters:
    ///   - mask: Visible keys as 1, `[B, T]` or `[B, S, T]`, or the number of visible keys `[B]`.
    ///   - key: `[B, N, T, H]`.
    /// - Returns: `nil` for a mask of another form; `.some(nil)` for one that hides nothing.
    mutating func maskBias(
        _ mask: ValueName, batch: Dimension?, key: ValueName, filter: Float, _ element: ElementType,
        _ facts: InferredFacts
    ) throws(BitdepthError) -> ValueName?? {
        guard let fact = facts[mask], let extents = fact.dimensions, fact.element.isInteger || fact.element == .bool
        else { return nil }
        let visible: ValueName
        switch extents.count {
        case 1:
            guard extents[0] == batch, extents[0] != .unknown, fact.element != .bool else { return nil }
            let counts = add("Cast", [mask], ["to": .int(Int(ElementType.int64.onnx))])
            let columns = add("Reshape", [counts, try integers([-1, 1, 1, 1])])
            visible = add("Less", [try steps(key, axis: 2), columns])
        case 2, 3:
            // One column is what exporters wrote for no mask at all.
            if extents.count == 2, extents[1] == .known(1) { return .some(nil) }
            let marks = try unsqueeze(mask, extents.count == 2 ? [1, 2] : [1])
            if fact.element == .bool {
                visible = marks
            } else {
                let zero = add(try Tensor(integers: [0], shape: .scalar, type: fact.element), named: "\(mask)_zero")
                visible = add("Greater", [marks, zero])
            }
        default: return nil
        }
        return add("Where", [visible, try number(0, element), try number(Double(filter), element)])
    }
}
