import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

extension ActivationFusion {
    /// Relu, Clip, Min and Max with constants: chains of them become one Relu or one Clip.
    static func bounds(_ facts: [ValueName: Fact]) -> [RewriteRule] {
        let x = Pattern.value("x")
        return [
            RewriteRule("bounds of bounds", bounding(bounding(x, as: "inner"), as: "outer")) {
                match, replacement throws(BitdepthError) in
                guard let inner = try Bounds(match, "inner"), let outer = try Bounds(match, "outer") else {
                    return false
                }
                return try outer.applied(after: inner).replace(match, in: &replacement)
            },
            RewriteRule("Clip that is Relu", bounding(x, as: "outer")) { match, replacement throws(BitdepthError) in
                guard match.root.op == "Clip", let bounds = try Bounds(match, "outer"), bounds.isRelu else {
                    return false
                }
                return try bounds.replace(match, in: &replacement)
            },
            RewriteRule("Max with constant", .commutative("Max", x, .constant("bound"))) {
                match, replacement throws(BitdepthError) in
                guard let bound = try scalarBound(match, facts) else { return false }
                return try Bounds(low: bound, high: .infinity, type: match.constant("bound").type)
                    .replace(match, in: &replacement)
            },
            RewriteRule("Min with constant", .commutative("Min", x, .constant("bound"))) {
                match, replacement throws(BitdepthError) in
                guard let bound = try scalarBound(match, facts) else { return false }
                return try Bounds(low: -.infinity, high: bound, type: match.constant("bound").type)
                    .replace(match, in: &replacement)
            },
        ]
    }

    private static func bounding(_ x: Pattern, as name: String) -> Pattern {
        .either(
            .node("Relu", inputs: [x], as: name),
            .node(
                "Clip", inputs: [x, .optional(.constant(name + ".low")), .optional(.constant(name + ".high"))], as: name
            ))
    }

    /// The one number that a value is compared with; `nil` where comparing would change the shape.
    private static func scalarBound(_ match: Match, _ facts: [ValueName: Fact]) throws(BitdepthError) -> Double? {
        let constant = try match.constant("bound")
        guard constant.count == 1, constant.type.isFloatingPoint, let bound = try constant.doubles().first, !bound.isNaN
        else { return nil }
        if constant.shape.rank == 0 { return bound }
        guard let rank = facts[try match.value("x")]?.rank, constant.shape.rank <= rank else { return nil }
        return bound
    }
}

/// `y = min(max(x, low), high)`.
private struct Bounds {
    var low: Double
    var high: Double
    /// The type of the constants; `nil` where a Relu needs none.
    var type: ElementType?

    init(low: Double, high: Double, type: ElementType?) {
        self.low = low
        self.high = high
        self.type = type
    }

    /// Reads a matched Relu or Clip; `nil` for bounds that are NaN, or no floats.
    init?(_ match: Match, _ name: String) throws(BitdepthError) {
        let constants = (match.optionalConstant(name + ".low"), match.optionalConstant(name + ".high"))
        type = (constants.0 ?? constants.1)?.type
        low = try constants.0?.doubles().first ?? -.infinity
        high = try constants.1?.doubles().first ?? .infinity
        if try match.node(name).op == "Relu" { low = 0 }
        guard type?.isFloatingPoint ?? true, !low.isNaN, !high.isNaN else { return nil }
    }

    /// Clipping twice is clipping once to bounds that were clipped themselves.
    func applied(after inner: Bounds) -> Bounds {
        Bounds(low: min(max(inner.low, low), high), high: min(max(inner.high, low), high), type: type ?? inner.type)
    }

    var isRelu: Bool { low == 0 && high >= Double(Float.greatestFiniteMagnitude) }

    func replace(_ match: Match, in replacement: inout Replacement) throws(BitdepthError) -> Bool {
        let x = try match.value("x")
        if isRelu {
            replacement.add(Node("Relu", name: match.root.name, inputs: [x], outputs: [replacement.output]))
            return true
        }
        guard let type else { return false }
        var inputs: [ValueName?] = [x, nil, nil]
        if low > -.infinity { inputs[1] = try add(low, "min", type, match, &replacement) }
        if high < .infinity { inputs[2] = try add(high, "max", type, match, &replacement) }
        while inputs.last == .some(nil) { inputs.removeLast() }
        replacement.add(Node("Clip", name: match.root.name, inputs: inputs, outputs: [replacement.output]))
        return true
    }

    private func add(
        _ bound: Double, _ what: String, _ type: ElementType, _ match: Match, _ replacement: inout Replacement
    ) throws(BitdepthError) -> ValueName {
        let tensor =
            type == .float64
            ? try Tensor(scalar: bound) : try Tensor(floats: [Float(bound)], shape: .scalar, type: type)
        return replacement.add(tensor, named: "\(match.root.label)_\(what)")
    }
}
