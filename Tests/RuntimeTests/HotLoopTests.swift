import BitdepthGraphs
import BitdepthTensors
import Testing

@testable import BitdepthRuntime

@Suite("Inputs and outputs in a session's own memory")
struct HotLoopTests {
    /// y = x + w, z = 2 x; input `unused` is read by nobody.
    private func graph(_ dimensions: [Dimension] = [.known(2), .known(3)]) throws -> Graph {
        var graph = Graph(name: "g")
        graph.inputs = ["x", "w", "unused"].map { .init($0, TensorType(.float32, PartialShape(dimensions))) }
        graph.outputs = ["y", "z"].map { .init($0, nil) }
        graph.initializers["two"] = try Tensor(scalar: Float(2))
        graph.nodes = [
            Node("Add", inputs: ["x", "w"], outputs: ["y"]), Node("Mul", inputs: ["x", "two"], outputs: ["z"]),
        ]
        return graph
    }

    private func write(_ session: borrowing Session, _ name: String, _ values: [Float]) throws(BitdepthError) {
        try session.withInput(name) { (elements: inout MutableSpan<Float>) throws(BitdepthError) in
            #expect(elements.count == values.count)
            for index in elements.indices { elements[index] = values[index] }
        }
    }

    private func read(_ session: borrowing Session, _ name: String) throws(BitdepthError) -> [Float] {
        try session.withOutput(name) { (elements: Span<Float>) in elements.indices.map { elements[$0] } }
    }

    private func code(_ body: () throws(BitdepthError) -> Void) -> BitdepthError.Code? {
        do throws(BitdepthError) {
            try body()
            return nil
        } catch {
            return error.code
        }
    }

    @Test("What is written is what the run reads, again and again", arguments: [1, 2])
    func runs(threads: Int) throws {
        let session = try CompiledGraph(try graph(), threads: threads).makeSession()
        for round in 1...3 {
            let x = (0..<6).map { Float($0 * round) }
            try write(session, "x", x)
            try write(session, "w", [Float](repeating: 10, count: 6))
            try write(session, "unused", x)
            try session.run()
            #expect(try read(session, "y") == x.map { $0 + 10 })
            #expect(try read(session, "z") == x.map { $0 * 2 })
        }
    }

    @Test("Open shapes are given before; others follow")
    func shapes() throws {
        let session = try CompiledGraph(try graph([.symbol("n"), .known(3)])).makeSession()
        #expect(code { () throws(BitdepthError) in try session.run() } == .unknownShape)
        for rows in [1, 4] {
            let shape = try Shape([rows, 3])
            try session.prepare(["x": shape, "w": shape, "unused": shape])
            let ones = [Float](repeating: 1, count: rows * 3)
            for name in ["x", "w", "unused"] { try write(session, name, ones) }
            try session.run()
            #expect(try read(session, "y") == ones.map { $0 + 1 })
        }
        let wrong = try Shape([2, 4])
        #expect(code { () throws(BitdepthError) in try session.prepare(["x": wrong]) } == .badData)
        #expect(code { () throws(BitdepthError) in try session.prepare(["v": wrong]) } == .badData)
    }

    @Test("An input that was not written again, and an output that is not there, are errors")
    func misuse() throws {
        let session = try CompiledGraph(try graph()).makeSession()
        let values = [Float](repeating: 1, count: 6)
        #expect(code { () throws(BitdepthError) in _ = try read(session, "y") } == .usage)
        for name in ["x", "w"] { try write(session, name, values) }
        #expect(code { () throws(BitdepthError) in try session.run() } == .badData)
        try write(session, "unused", values)
        try session.run()
        #expect(code { () throws(BitdepthError) in try session.run() } == .badData)
        try write(session, "x", values)
        #expect(code { () throws(BitdepthError) in _ = try read(session, "y") } == .usage)
    }

    @Test("Names and element types are checked")
    func checks() throws {
        let session = try CompiledGraph(try graph()).makeSession()
        #expect(code { () throws(BitdepthError) in try write(session, "y", []) } == .badData)
        #expect(code { () throws(BitdepthError) in _ = try read(session, "x") } == .badData)
        #expect(
            code { () throws(BitdepthError) in
                try session.withInput("x") { (_: inout MutableSpan<Int32>) in }
            } == .typeMismatch)
    }
}
