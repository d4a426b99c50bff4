import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors
import Testing

@testable import BitdepthQuantization

/// One step of a recurrent cell that a graph writes out, in front of a product.
@Suite("Recurrent cells that are written out") struct GatedStateTests {
    private static let reason = "a recurrent state needs more than 8 bits"

    /// The sums of a cell's gates: two products, added and split.
    private func gates(_ count: Int, _ net: inout Net) throws -> [ValueName] {
        net.graph.inputs.append(.init("h", TensorType(.float32, try Shape([2, 8]))))
        let x = net.add("MatMul", "from_input", ["x", try net.random("w", [16, 8 * count], deviation: 0.3)])
        let h = net.add("MatMul", "from_state", ["h", try net.random("r", [8, 8 * count], deviation: 0.3)])
        let sum = net.add("Add", "sum", [x, h])
        let parts = (0..<count).map { ValueName("part\($0)") }
        var split = Node("Split", name: "split", inputs: [sum], outputs: parts)
        split.attributes["axis"] = .int(1)
        split.attributes["num_outputs"] = .int(count)
        net.graph.nodes.append(split)
        return parts
    }

    private func finish(_ state: ValueName, _ net: inout Net) throws {
        net.output(net.add("MatMul", "head", [state, try net.random("head.w", [8, 4])]))
    }

    private func expectFloatCell(_ net: Net) throws {
        let plan = try net.plan()
        for node in net.graph.nodes where !["MatMul"].contains(node.op.type) {
            #expect(plan.reason(node.name) == Self.reason, "\(node.name)")
        }
        for sum in ["from_input", "from_state", "head"] { #expect(plan.outcome(sum) == .quantized) }
        // The sums of the gates are no codes, the state is one where the next product reads it.
        #expect(plan.quantizedValues == ["x", "h", "state", "head"])
    }

    @Test("Gates and states of an LSTM stay float, its sums compute on integers and give floats")
    func lstm() throws {
        var net = try Net([2, 16])
        let parts = try gates(4, &net)
        net.graph.inputs.append(.init("c", TensorType(.float32, try Shape([2, 8]))))
        let input = net.add("Sigmoid", "input", [parts[0]])
        let forget = net.add("Sigmoid", "forget", [parts[1]])
        let candidate = net.add("Tanh", "candidate", [parts[2]])
        let kept = net.add("Mul", "kept", [forget, "c"])
        let cell = net.add("Add", "cell", [kept, net.add("Mul", "taken", [input, candidate])])
        let output = net.add("Sigmoid", "output", [parts[3]])
        try finish(net.add("Mul", "state", [output, net.add("Tanh", "shown", [cell])]), &net)
        try expectFloatCell(net)
    }

    @Test("So do those of a GRU, in both ways to write it", arguments: [false, true])
    func gru(isDifference: Bool) throws {
        var net = try Net([2, 16])
        let parts = try gates(2, &net)
        let update = net.add("Sigmoid", "update", [parts[0]])
        let candidate = net.add("Tanh", "candidate", [parts[1]])
        if isDifference {
            let difference = net.add("Sub", "difference", ["h", candidate])
            try finish(net.add("Add", "state", [candidate, net.add("Mul", "moved", [update, difference])]), &net)
        } else {
            let rest = net.add("Sub", "rest", [try net.constant("one", [1], []), update])
            let (kept, taken) = (net.add("Mul", "kept", [update, "h"]), net.add("Mul", "taken", [rest, candidate]))
            try finish(net.add("Add", "state", [taken, kept]), &net)
        }
        try expectFloatCell(net)
    }

    @Test("A sum of two gated branches is no cell")
    func gatedBranches() throws {
        var net = try Net([2, 16])
        let parts = try gates(2, &net)
        let gated = parts.map { net.add("Mul", "\($0).gated", [$0, net.add("Sigmoid", "\($0).gate", [$0])]) }
        try finish(net.add("Add", "state", [gated[0], gated[1]]), &net)
        let plan = try net.plan()
        #expect(!plan.decisions.contains { $0.outcome == .float(reason: Self.reason) })
        #expect(plan.outcome("state") == .quantized)
    }
}
