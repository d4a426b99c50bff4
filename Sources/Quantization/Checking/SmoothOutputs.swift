import BitdepthGraphs

extension Graph {
    /// The values whose noise stands for that of the outputs: an output itself or, where it comes out of a Softmax or a
    /// Sigmoid, what went in. Probabilities hide noise until an answer tips over; what is in front of them adds up.
    func smoothOutputs(_ outputs: [ValueName]) -> [ValueName] {
        let index = GraphIndex(self)
        return outputs.map { output in
            var value = output
            for _ in nodes.indices {
                guard let producer = index.producer[value], let input = nodes[producer].input(0),
                    index.producer[input] != nil
                else { return output }
                if Graph.squashing.contains(nodes[producer].op) { return input }
                guard Graph.moving.contains(nodes[producer].op) else { return output }
                value = input
            }
            return output
        }
    }

    /// Names of the outputs that come out of a Softmax or a Sigmoid.
    var probabilities: Set<String> {
        Set(zip(outputs, smoothOutputs(outputs.map(\.name))).filter { $0.name != $1 }.map(\.0.name.text))
    }

    private static let squashing: Set<OperatorName> = ["Softmax", "LogSoftmax", "Sigmoid", "Tanh"]
    private static let moving: Set<OperatorName> = [
        "Reshape", "Flatten", "Transpose", "Squeeze", "Unsqueeze", "Identity",
    ]
}
