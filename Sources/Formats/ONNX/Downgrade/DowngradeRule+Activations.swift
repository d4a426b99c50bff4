import BitdepthGraphs
import BitdepthTensors
import OrderedCollections

/// Activations before they were operators, in the spelling that exporters used and that optimizers know again.
extension DowngradeRule {
    /// Source: ONNX Gelu-20.
    static let gelu = DowngradeRule.rewrite { node, scope in
        node.has("approximate", "tanh") ? node.spellTanhGelu(&scope) : node.spellErfGelu(&scope)
    }

    /// `x · tanh(softplus(x))`. Source: ONNX Mish-18.
    static let mish = DowngradeRule.rewrite { node, scope in
        guard let x = node.input(0) else { return false }
        let softplus = scope.insertBefore("Softplus", [x], named: "\(node.label)_softplus")
        let gate = scope.insertBefore("Tanh", [softplus], named: "\(node.label)_gate")
        node.become("Mul", [x, gate])
        return true
    }

    /// `x · hardSigmoid(x)`: without the sixth inside, the product could leave the range of 16-bit floats.
    ///
    /// Source: ONNX HardSwish-14.
    static let hardSwish = DowngradeRule.rewrite { node, scope in
        guard let x = node.input(0) else { return false }
        let gate = scope.insertBefore(
            "HardSigmoid", [x], ["alpha": .float(1 / 6), "beta": .float(0.5)], named: "\(node.label)_gate")
        node.become("Mul", [x, gate])
        return true
    }

    /// `x · sigmoid(alpha · x)`. Source: ONNX Swish-24.
    static let swish = DowngradeRule.rewrite { node, scope in
        guard let x = node.input(0) else { return false }
        var steepened = x
        if case .float(let alpha)? = node.attributes["alpha"], alpha != 1 {
            guard let element = scope.type(x)?.element, let factor = scope.number(Double(alpha), element) else {
                return false
            }
            steepened = scope.insertBefore("Mul", [x, factor], named: "\(node.label)_steepened")
        }
        let gate = scope.insertBefore("Sigmoid", [steepened], named: "\(node.label)_gate")
        node.become("Mul", [x, gate])
        return true
    }
}

extension Node {
    /// `0.5 · x · (1 + erf(x/√2))`; without the half first, the product could leave the range of 16-bit floats.
    fileprivate mutating func spellErfGelu(_ scope: inout DowngradeScope) -> Bool {
        guard let x = input(0), let element = scope.type(x)?.element,
            let half = scope.number(0.5, element), let one = scope.number(1, element),
            let root = scope.number(2.0.squareRoot(), element)
        else { return false }
        let scaled = scope.insertBefore("Div", [x, root], named: "\(label)_scaled")
        let erf = scope.insertBefore("Erf", [scaled], named: "\(label)_erf")
        let gate = scope.insertBefore("Add", [erf, one], named: "\(label)_gate")
        let halved = scope.insertBefore("Mul", [x, half], named: "\(label)_halved")
        become("Mul", [halved, gate])
        return true
    }

    /// `0.5 · x · (1 + tanh(√(2/π) · (x + 0.044715 · x³)))`.
    fileprivate mutating func spellTanhGelu(_ scope: inout DowngradeScope) -> Bool {
        guard let x = input(0), let element = scope.type(x)?.element,
            let half = scope.number(0.5, element), let one = scope.number(1, element),
            let three = scope.number(3, element), let cubicFactor = scope.number(0.044715, element),
            let root = scope.number((2 / Double.pi).squareRoot(), element)
        else { return false }
        let cube = scope.insertBefore("Pow", [x, three], named: "\(label)_cube")
        let bend = scope.insertBefore("Mul", [cube, cubicFactor], named: "\(label)_bend")
        let bent = scope.insertBefore("Add", [x, bend], named: "\(label)_bent")
        let scaled = scope.insertBefore("Mul", [bent, root], named: "\(label)_scaled")
        let tanh = scope.insertBefore("Tanh", [scaled], named: "\(label)_tanh")
        let gate = scope.insertBefore("Add", [tanh, one], named: "\(label)_gate")
        let halved = scope.insertBefore("Mul", [x, half], named: "\(label)_halved")
        become("Mul", [halved, gate])
        return true
    }

    /// Turns the node into another operator that makes the same output.
    mutating func become(
        _ op: OperatorName, _ inputs: [ValueName?], _ attributes: OrderedDictionary<String, Attribute> = [:]
    ) {
        self.op = op
        self.inputs = inputs
        self.attributes = attributes
        outputs = Array(outputs.prefix(1))
    }
}
