import BitdepthGraphs
import BitdepthTensors

/// Normalizations before they were operators.
extension DowngradeRule {
    /// `(x − mean) / √(mean((x − mean)²) + ε) · scale + bias`. Source: ONNX LayerNormalization-17.
    static let layerNormalization = DowngradeRule.rewrite { node, scope in
        guard let standardization = SpelledStandardization(node, scope) else { return false }
        return standardization.spellCentred(&node, &scope)
    }

    /// `x / √(mean(x²) + ε) · scale`. Source: ONNX RMSNormalization-23.
    static let rmsNormalization = DowngradeRule.rewrite { node, scope in
        guard let standardization = SpelledStandardization(node, scope) else { return false }
        return standardization.spellUncentred(&node, &scope)
    }
}

/// The standardization of the last axes of a value, written as nodes.
private struct SpelledStandardization {
    private let x: ValueName
    private let scale: ValueName
    private let label: String
    private let element: ElementType
    /// What means and deviations are computed in.
    private let innerElement: ElementType
    private let axes: Tensor
    private let epsilon: Double

    /// `nil` where type or axes of the input are not known.
    init?(_ node: Node, _ scope: DowngradeScope) {
        guard let x = node.input(0), let scale = node.input(1), let type = scope.type(x),
            let axes = SpelledStandardization.axes(of: node, rank: type.shape.rank),
            let tensor = try? Tensor(axes.map { Int64($0) })
        else { return nil }
        self.x = x
        self.scale = scale
        label = node.label
        element = type.element
        let keepsType = node.attributes["stash_type"].map { $0 != .int(Int(ElementType.float32.onnx)) } ?? false
        innerElement = type.element.bitWidth == 16 && !keepsType ? .float32 : type.element
        self.axes = tensor
        epsilon = if case .float(let epsilon)? = node.attributes["epsilon"] { Double(epsilon) } else { 1e-5 }
    }

    /// The axes from `axis` on; counted from the end where the rank is not known.
    private static func axes(of node: Node, rank: Int?) -> Range<Int>? {
        let axis: Int = if case .int(let axis)? = node.attributes["axis"] { axis } else { -1 }
        guard let rank else { return axis < 0 && axis >= -largestRank ? axis..<0 : nil }
        guard axis >= -rank, axis < rank else { return nil }
        return (axis < 0 ? axis + rank : axis)..<rank
    }

    private static let largestRank = 64

    func spellCentred(_ node: inout Node, _ scope: inout DowngradeScope) -> Bool {
        guard let epsilon = scope.number(epsilon, innerElement) else { return false }
        let axes = scope.add(axes, named: "\(label)_axes")
        let x = cast(x, to: innerElement, &scope)
        let mean = scope.insertBefore("ReduceMean", [x, axes], named: "\(label)_mean")
        let centred = scope.insertBefore("Sub", [x, mean], named: "\(label)_centred")
        let deviation = deviation(of: centred, axes, epsilon, &scope)
        let standardized = scope.insertBefore("Div", [centred, deviation], named: "\(label)_standardized")
        forward(mean, to: node.output(1), &scope)
        if let inverse = node.output(2) {
            scope.insertAfter(Node("Reciprocal", inputs: [deviation], outputs: [inverse]))
        }
        let result = cast(standardized, to: element, &scope)
        if let bias = node.input(2) {
            node.become("Add", [scope.insertBefore("Mul", [result, scale], named: "\(label)_scaled"), bias])
        } else {
            node.become("Mul", [result, scale])
        }
        return true
    }

    func spellUncentred(_ node: inout Node, _ scope: inout DowngradeScope) -> Bool {
        guard let epsilon = scope.number(epsilon, innerElement) else { return false }
        let axes = scope.add(axes, named: "\(label)_axes")
        let x = cast(x, to: innerElement, &scope)
        let deviation = deviation(of: x, axes, epsilon, &scope)
        let standardized = scope.insertBefore("Div", [x, deviation], named: "\(label)_standardized")
        node.become("Mul", [cast(standardized, to: element, &scope), scale])
        return true
    }

    /// `√(mean(x²) + ε)`.
    private func deviation(
        of x: ValueName, _ axes: ValueName, _ epsilon: ValueName, _ scope: inout DowngradeScope
    ) -> ValueName {
        let square = scope.insertBefore("Mul", [x, x], named: "\(label)_square")
        let variance = scope.insertBefore("ReduceMean", [square, axes], named: "\(label)_variance")
        let stabilized = scope.insertBefore("Add", [variance, epsilon], named: "\(label)_stabilized")
        return scope.insertBefore("Sqrt", [stabilized], named: "\(label)_deviation")
    }

    private func cast(_ value: ValueName, to type: ElementType, _ scope: inout DowngradeScope) -> ValueName {
        guard element != innerElement else { return value }
        return scope.insertBefore("Cast", [value], ["to": .int(Int(type.onnx))], named: "\(label)_\(type.shortName)")
    }

    private func forward(_ value: ValueName, to output: ValueName?, _ scope: inout DowngradeScope) {
        if let output { scope.insertAfter(Node("Identity", inputs: [value], outputs: [output])) }
    }
}
