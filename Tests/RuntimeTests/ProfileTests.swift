import BitdepthGraphs
import BitdepthTensors
import Testing

@testable import BitdepthRuntime

@Suite("Profiles")
struct ProfileTests {
    /// `relu(x · w)`, then a Softmax that has no kernel: steps of several kinds.
    private func graph() throws -> Graph {
        var graph = Graph(
            inputs: [.init("x", TensorType(.float32, PartialShape([.symbol("n"), .known(8)])))],
            outputs: [.init("y", nil)])
        graph.initializers["w"] = try Tensor((0..<32).map { Float($0 % 7) - 3 }, shape: [8, 4])
        graph.nodes = [
            Node("MatMul", name: "product", inputs: ["x", "w"], outputs: ["h"]),
            Node("Relu", name: "positive", inputs: ["h"], outputs: ["r"]),
            Node("Softmax", name: "shares", inputs: ["r"], outputs: ["y"]),
        ]
        return graph
    }

    private func inputs(_ rows: Int) throws -> [String: Tensor] {
        ["x": try Tensor((0..<rows * 8).map { Float($0 % 5) - 2 }, shape: [rows, 8])]
    }

    @Test("A profile has one entry for each step of the program, in its order, with a time")
    func steps() throws {
        let compiled = try CompiledGraph(try graph())
        let profile = try compiled.makeSession().profile(try inputs(64))
        let program = try compiled.program(for: try inputs(64))
        #expect(profile.map(\.step) == program.descriptions)
        #expect(profile.count >= 2)
        #expect(profile.allSatisfy { $0.seconds >= 0 && $0.seconds < 60 })
        #expect(profile.reduce(0) { $0 + $1.seconds } > 0)
        #expect(profile.contains { $0.step.node == "shares" && $0.step.operatorType == "Softmax" })
        #expect(profile.reduce(0) { $0 + $1.step.multiplyAccumulates } == 64 * 8 * 4)
    }

    @Test("Profiling computes as running does: a run behind it gives the same")
    func sameResults() throws {
        let session = try CompiledGraph(try graph()).makeSession()
        let before = try session.run(try inputs(3))["y"]
        _ = try session.profile(try inputs(5))
        _ = try session.profile(try inputs(3))
        #expect(try session.run(try inputs(3))["y"] == before)
    }

    @Test("Inputs are checked as for a run")
    func badInputs() throws {
        let session = try CompiledGraph(try graph()).makeSession()
        #expect(throws: BitdepthError.self) { try session.profile([:]) }
        #expect(throws: BitdepthError.self) { try session.profile(["x": try Tensor([Float(1), 2], shape: [1, 2])]) }
    }
}
