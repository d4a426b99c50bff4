import BitdepthGraphs
import BitdepthTensors

/// Standardization of `[N, C, D…]` over groups of neighbouring channels, then scale and bias `[C]`.
///
/// Source: ONNX operator specification, GroupNormalization-21; Wu and He 2018 (arXiv 1803.08494).
public struct GroupNormalization: Operator {
    public static let signature = OperatorSignature("GroupNormalization", versions: [18, 21], inputs: 3...3)

    public let groups: Int
    public let epsilon: Float

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        groups = try attributes.required("num_groups", try attributes.int("num_groups"))
        epsilon = try attributes.float("epsilon", default: 1e-5)
        guard groups >= 1 else { throw attributes.invalid("num_groups", "is \(groups); it must be at least 1") }
    }

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] { [Fact(try inputs.required(0, "X").type)] }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let x = try inputs.required(0, "X")
        guard x.shape.rank >= 2, x.shape[1] % groups == 0 else {
            throw BitdepthError(.shapeMismatch, "the channels of input \(x) do not fall into \(groups) groups")
        }
        let runLength = x.shape.count(of: 1..<x.shape.rank) / groups
        var result = Standardization(try x.doubles(), runLength: runLength, epsilon: Double(epsilon))
        try result.apply(
            channelScale: try inputs.required(1, "scale"), channelBias: try inputs.required(2, "bias"), shape: x.shape)
        return [try Tensor(reals: result.values, shape: x.shape, type: x.type)]
    }

    /// Before version 21 scale and bias had one element per group: each is repeated for the channels of its group.
    public static func upgrade(_ node: inout Node, to next: Int, in scope: inout UpgradeScope) throws(BitdepthError) {
        guard next == 21, case .int(let groups) = node.attributes["num_groups"], node.inputs.count == 3 else { return }
        let label = node.label
        let count = scope.add(try Tensor([Int64(groups)]), named: "\(label)_groups")
        let column = scope.add(try Tensor([Int64(groups), 1]), named: "\(label)_column")
        let flat = scope.add(try Tensor([Int64(-1)]), named: "\(label)_flat")
        let channels = scope.newName("\(label)_channels")
        let each = scope.newName("\(label)_channels_per_group")
        let table = scope.newName("\(label)_table")
        scope.insertBefore(
            Node(
                "Shape", inputs: [node.inputs[0]], outputs: [channels], attributes: ["start": .int(1), "end": .int(2)]))
        scope.insertBefore(Node("Div", inputs: [channels, count], outputs: [each]))
        scope.insertBefore(Node("Concat", inputs: [count, each], outputs: [table], attributes: ["axis": .int(0)]))
        for index in 1...2 {
            let asColumn = scope.newName("\(label)_as_column")
            let repeated = scope.newName("\(label)_repeated")
            let perChannel = scope.newName("\(label)_per_channel")
            scope.insertBefore(Node("Reshape", inputs: [node.inputs[index], column], outputs: [asColumn]))
            scope.insertBefore(Node("Expand", inputs: [asColumn, table], outputs: [repeated]))
            scope.insertBefore(Node("Reshape", inputs: [repeated, flat], outputs: [perChannel]))
            node.inputs[index] = perChannel
        }
    }
}
