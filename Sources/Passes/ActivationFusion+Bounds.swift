import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

extension ActivationFusion {
    /// Relu, Clip, Min and Max with constants: chains of them become one Relu or one Clip.
    static let bounds = [
        Rewriting(
            "bounds of bounds", "clip(clip(x, a, b), c, d), with Relu as clip(x, 0, ∞)",
            becomes: "Relu(x) or Clip(x) with the tighter bounds", since: 11,
            pattern: bounding(bounding(x, as: "inner"), as: "outer"),
            rewrite: { match, replacement throws(BitdepthError) in
                guard let inner = try Bounds(match, "inner"), let outer = try Bounds(match, "outer") else {
                    return false
                }
                return try outer.applied(after: inner).replace(match, in: &replacement)
            }),
        Rewriting(
            "Clip that is Relu", "Clip(x, 0, ∞)", becomes: "Relu(x)", since: 11, pattern: bounding(x, as: "outer"),
            rewrite: { match, replacement throws(BitdepthError) in
                guard match.root.op == "Clip", let bounds = try Bounds(match, "outer"), bounds.isRelu else {
                    return false
                }
                return try bounds.replace(match, in: &replacement)
            }),
        extreme("Max with constant", "Max", "max(x, c)") { Bounds(low: $0, high: .infinity, type: $1) },
        extreme("Min with constant", "Min", "min(x, c)") { Bounds(low: -.infinity, high: $0, type: $1) },
    ]

    private static func extreme(
        _ name: String, _ op: OperatorName, _ formula: String,
        _ bounds: @escaping @Sendable (Double, ElementType) -> Bounds
    ) -> Rewriting {
        Rewriting(
            name, formula, becomes: "Relu(x) or Clip(x)", when: "c is one number and the shape stays", since: 11,
            pattern: .commutative(op, x, .constant("bound")),
            typed: { match, facts, replacement throws(BitdepthError) in
                guard let bound = try scalarBound(match, facts) else { return false }
                return try bounds(bound, try match.constant("bound").type).replace(match, in: &replacement)
            })
    }

    private static func bounding(_ x: Pattern, as name: String) -> Pattern {
        .either(
            .node("Relu", inputs: [x], as: name),
            .node(
                "Clip", inputs: [x, .optional(.constant(name + ".low")), .optional(.constant(name + ".high"))], as: name
            ))
    }

    /// The one number that a value is compared with; `nil` where comparing would change the shape.
    private static func scalarBound(_ match: Match, _ facts: InferredFacts) throws(BitdepthError) -> Double? {
        let constant = try match.constant("bound")
        guard constant.count == 1, constant.type.isFloatingPoint, let bound = try constant.doubles().first, !bound.isNaN
        else { return nil }
        if constant.shape.rank == 0 { return bound }
        guard let rank = facts.rank(try match.value("x")), constant.shape.rank <= rank else { return nil }
        return bound
    }
}

/// `y = min(max(x, low), high)`.
struct Bounds {
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
