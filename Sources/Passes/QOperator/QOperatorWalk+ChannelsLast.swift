import BitdepthGraphs
import BitdepthTensors

extension QOperatorWalk {
    /// Whether the channels of a node's data and result lie on their last axis.
    func hasChannelsLast(_ node: Node) -> Bool { node.attributes[QOperatorSpelling.channelsLast] == .int(1) }

    func rankOfData(_ node: Node) -> Int? {
        node.input(0).flatMap { types[$0]?.shape.rank }.flatMap { $0 >= 3 ? $0 : nil }
    }

    /// Lets the float form of a node whose channels come last work on channels that come first.
    ///
    /// - Returns: The transpositions that must stand before and after the float node; `nil` where none are needed.
    mutating func moveChannelsFirst(_ float: inout Node, of node: Node) -> (before: Node, after: Node)? {
        guard hasChannelsLast(node), let rank = rankOfData(node), let data = float.input(0),
            let result = float.output(0)
        else { return nil }
        let first = newName("\(data)_channels_first")
        let pooled = newName("\(result)_channels_first")
        float.inputs[0] = first
        float.outputs[0] = pooled
        return (
            transposition(data, first, [0, rank - 1] + Array(1..<rank - 1)),
            transposition(pooled, result, [0] + Array(2..<rank) + [1])
        )
    }

    private func transposition(_ from: ValueName, _ to: ValueName, _ axes: [Int]) -> Node {
        Node("Transpose", name: "\(to)_Transpose", inputs: [from], outputs: [to], attributes: ["perm": .ints(axes)])
    }
}
