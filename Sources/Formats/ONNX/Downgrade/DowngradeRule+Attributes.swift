import BitdepthGraphs
import BitdepthTensors

/// Attributes and types whose meaning changed.
extension DowngradeRule {
    /// Axes that count from the end are written so only since 11.
    static let axisFromStart = DowngradeRule.rewrite { node, scope in
        guard case .int(let axis)? = node.attributes["axis"], axis < 0 else { return true }
        guard let rank = scope.type(node.input(0))?.shape.rank, rank + axis >= 0 else { return false }
        node.attributes["axis"] = .int(rank + axis)
        return true
    }

    static let axesFromStart = DowngradeRule.rewrite { node, scope in
        guard case .ints(let axes)? = node.attributes["axes"], axes.contains(where: { $0 < 0 }) else { return true }
        // The axes of Unsqueeze are those of its output.
        let inserted = node.op == "Unsqueeze" ? axes.count : 0
        guard let rank = scope.type(node.input(0))?.shape.rank.map({ $0 + inserted }),
            axes.allSatisfy({ $0 + rank >= 0 })
        else {
            return false
        }
        node.attributes["axes"] = .ints(axes.map { $0 < 0 ? $0 + rank : $0 })
        return true
    }

    static let onlyOutput = DowngradeRule.rewrite { node, _ in
        guard node.outputs.dropFirst().allSatisfy({ $0 == nil }) else { return false }
        node.outputs = Array(node.outputs.prefix(1))
        return true
    }

    /// Before 13 there was one scale for the whole tensor.
    static let perTensor = DowngradeRule.rewrite { node, scope in
        guard scope.type(node.input(1))?.shape.rank == 0 else { return false }
        node.attributes["axis"] = nil
        return true
    }

    static let floatScale = DowngradeRule.rewrite { node, scope in
        scope.type(node.input(1)).map { $0.element == .float32 } ?? (scope.sourceOpset < 19)
    }

    /// Before 21 codes had 8 bits (or 32, in DequantizeLinear).
    static let byteCodes = DowngradeRule.rewrite { node, scope in
        let codes = [scope.type(node.input(2)), node.op == "DequantizeLinear" ? scope.type(node.input(0)) : nil]
            .compactMap { $0?.element }
        return codes.allSatisfy { [.int8, .uint8, .int32].contains($0) }
    }

    /// The zero point has the type of the codes; where there is none, they are unsigned bytes.
    static let outputTypeByZeroPoint = DowngradeRule.rewrite { node, _ in
        let unsignedByte = Attribute.int(Int(ElementType.uint8.onnx))
        guard let type = node.attributes["output_dtype"] else { return true }
        guard node.input(2) != nil || type == .int(0) || type == unsignedByte else { return false }
        node.attributes["output_dtype"] = nil
        return true
    }

    static let interpolationNames = DowngradeRule.rewrite { node, _ in
        if node.has("mode", "linear") { node.attributes["mode"] = .text("bilinear") }
        if node.has("mode", "cubic") { node.attributes["mode"] = .text("bicubic") }
        return true
    }

    /// Before 16 there was no choice, and the pixels' centres were not regarded.
    static let roiAlignOffset: @Sendable (inout Node, inout DowngradeScope) -> Bool = { node, _ in
        guard node.has("coordinate_transformation_mode", "output_half_pixel") else { return false }
        node.attributes["coordinate_transformation_mode"] = nil
        return true
    }

    static let noMinimumOrMaximum = DowngradeRule.rewrite { node, _ in
        !node.has("reduction", "min") && !node.has("reduction", "max")
    }

    /// Resize-11 wants its operands named, empty ones for those that are not used.
    static let explicitResizeOperands = DowngradeRule.rewrite { node, scope in
        guard !node.inputs.isEmpty else { return false }
        while node.inputs.count < 3 { node.inputs.append(nil) }
        for (index, name) in [(1, "roi"), (2, "scales")] where node.inputs[index] == nil {
            guard let empty = try? Tensor([Float]()) else { return false }
            node.inputs[index] = scope.add(empty, named: "\(node.label)_\(name)")
        }
        return true
    }

    /// Resize-10 knew only scales, the corner of the first pixel as origin, and rounding down.
    static let resizeByScales = DowngradeRule.rewrite { node, scope in
        let isLinear = node.has("mode", "linear")
        guard node.input(3) == nil, let scales = scope.constant(node.input(2)), scales.count > 0,
            node.has("coordinate_transformation_mode", "asymmetric"), isLinear || node.has("nearest_mode", "floor"),
            !node.has("mode", "cubic")
        else { return false }
        scope.release(node.input(1))
        node.inputs = [node.inputs[0], node.inputs[2]]
        node.attributes = ["mode": .text(isLinear ? "linear" : "nearest")]
        return true
    }
}
