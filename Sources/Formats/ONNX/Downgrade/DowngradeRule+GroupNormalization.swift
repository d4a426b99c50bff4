import BitdepthGraphs
import BitdepthTensors

extension DowngradeRule {
    /// Groups as the channels of an InstanceNormalization, then scale and bias of the channels themselves.
    ///
    /// Before version 21 scale and bias belonged to the groups. Source: ONNX GroupNormalization-21.
    static let groupNormalization = DowngradeRule.rewrite { node, scope in
        guard let x = node.input(0), let type = scope.type(x), let extents = type.shape.dimensions, extents.count >= 2,
            case .int(let groups)? = node.attributes["num_groups"], (1...largestGroupCount).contains(groups),
            let parameters = neutralParameters(groups, type.element),
            let grouped = try? Tensor([0, Int64(groups), -1])
        else { return false }
        let label = node.label
        let target = scope.shape(of: x, extents, label)
        let columns = (1...2).map { scope.column(node.input($0), rank: extents.count, label) }
        let ones = scope.add(parameters.ones, named: "\(label)_ones")
        let zeros = scope.add(parameters.zeros, named: "\(label)_zeros")
        let groupedShape = scope.add(grouped, named: "\(label)_groups")
        let inGroups = scope.insertBefore("Reshape", [x, groupedShape], named: "\(label)_grouped")
        let standardized = scope.insertBefore(
            "InstanceNormalization", [inGroups, ones, zeros], ["epsilon": node.attributes["epsilon"] ?? .float(1e-5)],
            named: "\(label)_standardized")
        let ungrouped = scope.insertBefore("Reshape", [standardized, target], named: "\(label)_ungrouped")
        let scaled = scope.insertBefore("Mul", [ungrouped, columns[0]], named: "\(label)_scaled")
        node.become("Add", [scaled, columns[1]])
        return true
    }

    /// More groups than any network has; a file could ask for an allocation of any size.
    private static let largestGroupCount = 1 << 20

    private static func neutralParameters(_ count: Int, _ type: ElementType) -> (ones: Tensor, zeros: Tensor)? {
        let (ones, zeros) = ([Float](repeating: 1, count: count), [Float](repeating: 0, count: count))
        guard let shape = try? Shape([count]), let scale = try? Tensor(floats: ones, shape: shape, type: type),
            let bias = try? Tensor(floats: zeros, shape: shape, type: type)
        else { return nil }
        return (scale, bias)
    }
}

extension DowngradeScope {
    /// The shape of a value as the target of a Reshape that keeps the first extent: a constant where all but one other are
    /// known.
    fileprivate mutating func shape(of value: ValueName, _ extents: [Dimension], _ label: String) -> ValueName {
        let target = [0] + extents.dropFirst().map { Int64($0.value.flatMap { $0 > 0 ? $0 : nil } ?? -1) }
        if target.count(where: { $0 == -1 }) <= 1, let tensor = try? Tensor(target) {
            return add(tensor, named: "\(label)_shape")
        }
        return insertBefore("Shape", [value], named: "\(label)_shape")
    }

    /// `[C]` as `[C, 1, …]`, which broadcasts along the channels of `rank` axes.
    fileprivate mutating func column(_ value: ValueName?, rank: Int, _ label: String) -> ValueName? {
        let ones = [Int](repeating: 1, count: rank - 2)
        if let constant = constant(value), let shape = try? Shape([constant.count] + ones),
            let tensor = try? constant.reshaped(to: shape)
        {
            release(value)
            return add(tensor, named: "\(value?.text ?? label)_column")
        }
        guard let value, let target = try? Tensor([-1] + ones.map { Int64($0) }) else { return value }
        let shape = add(target, named: "\(label)_column_shape")
        return insertBefore("Reshape", [value, shape], named: "\(value.text)_column")
    }
}
