import BitdepthGraphs
import BitdepthTensors

/// Operands that were attributes once.
extension DowngradeRule {
    static let axesToAttribute = DowngradeRule.rewrite { node, scope in
        node.moveInts(fromInput: 1, to: "axes", &scope)
    }

    static let reductionAxesToAttribute = DowngradeRule.rewrite { node, scope in
        let keepsAll = node.attributes["noop_with_empty_axes"].map { $0 != .int(0) } ?? false
        guard node.moveInts(fromInput: 1, to: "axes", &scope) else { return false }
        if case .ints(let axes)? = node.attributes["axes"], axes.isEmpty { node.attributes["axes"] = nil }
        // Without axes the older spelling reduces all of them.
        guard node.attributes["axes"] != nil || !keepsAll else { return false }
        node.attributes["noop_with_empty_axes"] = nil
        return true
    }

    static let splitToAttribute = DowngradeRule.rewrite { node, scope in
        node.moveInts(fromInput: 1, to: "split", &scope)
    }

    /// Split-18 says into how many parts; before, the number of outputs said it, and the parts had to be equal.
    static let equalSplit = DowngradeRule.rewrite { node, scope in
        guard case .int(let parts)? = node.attributes["num_outputs"] else { return true }
        let extent: Int? = {
            guard let dimensions = scope.type(node.input(0))?.shape.dimensions else { return nil }
            var axis = 0
            if case .int(let given)? = node.attributes["axis"] { axis = given < 0 ? given + dimensions.count : given }
            return dimensions.indices.contains(axis) ? dimensions[axis].value : nil
        }()
        let isEqual = extent.map { parts > 0 && $0 % parts == 0 } ?? (scope.sourceOpset < 18)
        guard isEqual, parts == node.outputs.count else { return false }
        node.attributes["num_outputs"] = nil
        return true
    }

    static let countToAttribute = DowngradeRule.rewrite { node, scope in
        guard let count = (try? scope.constant(node.input(1))?.integers())?.first else { return false }
        scope.release(node.input(1))
        node.attributes["k"] = .int(count)
        node.inputs = Array(node.inputs.prefix(1))
        return true
    }

    static let boundsToAttributes = DowngradeRule.rewrite { node, scope in
        for (index, name) in [(1, "min"), (2, "max")] {
            guard node.input(index) != nil else { continue }
            guard let bound = (try? scope.constant(node.input(index))?.floats())?.first else { return false }
            scope.release(node.input(index))
            node.attributes[name] = .float(bound)
        }
        node.inputs = Array(node.inputs.prefix(1))
        return true
    }

    static let padsToAttributes = DowngradeRule.rewrite { node, scope in
        if node.input(2) != nil {
            guard let value = (try? scope.constant(node.input(2))?.floats())?.first else { return false }
            scope.release(node.input(2))
            node.attributes["value"] = .float(value)
        }
        node.inputs = Array(node.inputs.prefix(2))
        return node.moveInts(fromInput: 1, to: "pads", &scope)
    }

    static let sliceToAttributes = DowngradeRule.rewrite { node, scope in
        if node.input(4) != nil {
            guard let steps = try? scope.constant(node.input(4))?.integers(), steps.allSatisfy({ $0 == 1 }) else {
                return false
            }
            scope.release(node.input(4))
        }
        node.inputs = Array(node.inputs.prefix(4))
        return node.moveInts(fromInput: 3, to: "axes", &scope) && node.moveInts(fromInput: 2, to: "ends", &scope)
            && node.moveInts(fromInput: 1, to: "starts", &scope)
    }

    static let ratioToAttribute = DowngradeRule.rewrite { node, scope in
        if node.input(2) != nil {
            guard let training = try? scope.constant(node.input(2))?.integers(), training == [0] else { return false }
            scope.release(node.input(2))
        }
        if node.input(1) != nil {
            guard let ratio = (try? scope.constant(node.input(1))?.floats())?.first else { return false }
            scope.release(node.input(1))
            node.attributes["ratio"] = .float(ratio)
        }
        node.attributes["seed"] = nil
        node.inputs = Array(node.inputs.prefix(1))
        return true
    }

    static let valueToTensor = DowngradeRule.rewrite { node, _ in
        let tensor: Tensor? =
            switch node.attributes.values.first {
            case .int(let value): try? Tensor(scalar: Int64(value))
            case .ints(let values): try? Tensor(values.map { Int64($0) })
            case .float(let value): try? Tensor(scalar: value)
            case .floats(let values): try? Tensor(values)
            case .tensor(let tensor): tensor
            default: nil
            }
        guard let tensor else { return false }
        node.attributes = ["value": .tensor(tensor)]
        return true
    }
}

extension Node {
    /// Turns a constant input, the last one, into an attribute; `true` also when it is left out.
    fileprivate mutating func moveInts(fromInput index: Int, to name: String, _ scope: inout DowngradeScope) -> Bool {
        guard let operand = input(index) else {
            inputs = Array(inputs.prefix(index))
            return true
        }
        guard inputs.count == index + 1, let values = try? scope.constant(operand)?.integers() else { return false }
        scope.release(operand)
        attributes[name] = .ints(values)
        inputs.removeLast()
        return true
    }

    /// Removes an input that the older version does not have; `false` when it is used.
    mutating func dropInput(_ index: Int) -> Bool {
        guard input(index) == nil else { return false }
        inputs = Array(inputs.prefix(index))
        return true
    }

    func has(_ name: String, _ text: String) -> Bool { attributes[name] == .text(text) }
}
