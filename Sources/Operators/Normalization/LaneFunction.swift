import BitdepthGraphs
import BitdepthTensors

/// What Softmax, LogSoftmax and Hardmax share: a function of each lane along an axis.
enum LaneFunction {
    static func checked(_ x: Fact, _ axis: Int) throws(BitdepthError) -> TensorType {
        if let rank = x.rank { _ = try Shape.normalize(axis: axis, rank: rank) }
        return x.type
    }

    static func evaluate(_ x: Tensor, _ axis: Int, _ function: ([Double]) -> [Double]) throws(BitdepthError) -> Tensor {
        let lanes = Lanes(x.shape, axis: try x.shape.axis(axis))
        var values = try x.doubles()
        lanes.forEach { first in
            let results = function(lanes.positions(from: first).map { values[$0] })
            for (position, result) in zip(lanes.positions(from: first), results) { values[position] = result }
        }
        return try Tensor(reals: values, shape: x.shape, type: x.type)
    }

    static func softmax(_ lane: [Double]) -> [Double] {
        // The maximum taken off first keeps every exponential in range.
        let peak = lane.max() ?? 0
        let powers = lane.map { RealFunctions.exp($0 - peak) }
        let sum = powers.reduce(0, +)
        return powers.map { $0 / sum }
    }

    static func logSoftmax(_ lane: [Double]) -> [Double] {
        let peak = lane.max() ?? 0
        let logSum = RealFunctions.log(lane.reduce(0) { $0 + RealFunctions.exp($1 - peak) })
        return lane.map { $0 - peak - logSum }
    }

    static func hardmax(_ lane: [Double]) -> [Double] {
        var best = 0
        for i in lane.indices where lane[i] > lane[best] { best = i }
        return lane.indices.map { $0 == best ? 1 : 0 }
    }

    /// Before version 13 the input was seen as a matrix, split before `axis` (1 unless given), and a lane was a row of it.
    static func upgradeFlattening(_ node: inout Node, in scope: inout UpgradeScope) throws(BitdepthError) {
        var axis = 1
        if case .int(let given) = node.attributes["axis"] { axis = given }
        node.attributes["axis"] = .int(-1)
        // A row that is one axis is what the new version means by it.
        guard axis != -1, let input = node.input(0), let output = node.output(0) else { return }
        let shape = scope.newName("\(node.label)_shape")
        let matrix = scope.newName("\(node.label)_matrix")
        let result = scope.newName("\(node.label)_rows")
        scope.insertBefore(Node("Shape", inputs: [input], outputs: [shape]))
        scope.insertBefore(Node("Flatten", inputs: [input], outputs: [matrix], attributes: ["axis": .int(axis)]))
        scope.insertAfter(
            Node("Reshape", inputs: [result, shape], outputs: [output], attributes: ["allowzero": .int(1)]))
        node.inputs[0] = matrix
        node.outputs[0] = result
    }
}
