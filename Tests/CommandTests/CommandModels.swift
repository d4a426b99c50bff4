import Bitdepth

/// Small models and data for runs of the command.
enum CommandModels {
    /// x [N, 16] → stem → Relu → spread → Relu → head → y [N, 4].
    ///
    /// - Parameter spread: How much larger the first of the inner channels is than the others; the head ignores it. With one
    ///   scale for all of them the others drown: the model collapses.
    static func write(_ path: String, spread: Float = 1) throws {
        var numbers = SeededGenerator(seed: 5)
        func weight(_ rows: Int, _ columns: Int, _ change: (Int, Int) -> Float) throws -> Tensor {
            try Tensor(
                (0..<rows * columns).map {
                    Float.random(in: -1...1, using: &numbers) * change($0 / columns, $0 % columns)
                },
                shape: [rows, columns])
        }
        var graph = Graph(
            name: "net",
            inputs: [.init("x", TensorType(.float32, PartialShape([.unknown, .known(16)])))],
            outputs: [.init("y", TensorType(.float32, PartialShape([.unknown, .known(4)])))])
        graph.initializers["w0"] = try weight(16, 16) { _, _ in 0.5 }
        graph.initializers["w1"] = try weight(16, 8) { $1 == 0 ? spread : 1 }
        graph.initializers["w2"] = try weight(8, 4) { row, _ in row == 0 && spread > 1 ? 0 : 1 }
        graph.nodes = [
            Node("Gemm", name: "stem", inputs: ["x", "w0"], outputs: ["a"]),
            Node("Relu", name: "relu0", inputs: ["a"], outputs: ["b"]),
            Node("Gemm", name: "spread\u{1B}[31m", inputs: ["b", "w1"], outputs: ["c"]),
            Node("Relu", name: "relu1", inputs: ["c"], outputs: ["d"]),
            Node("Gemm", name: "head", inputs: ["d", "w2"], outputs: ["y"]),
        ]
        try ONNX.write(ModelGraph(graph: graph, opsets: ["": 17], sourceOpset: 17), to: path)
    }

    /// Rows of `width` numbers of -1 … 1.
    static func data(
        _ path: String, rows: Int, width: Int = 16, seed: UInt64 = 1, change: (inout [Float]) -> Void = { _ in }
    ) throws {
        var numbers = SeededGenerator(seed: seed)
        var values = (0..<rows * width).map { _ in Float.random(in: -1...1, using: &numbers) }
        change(&values)
        try NumPy.write(try Tensor(values, shape: [rows, width]), to: path)
    }
}
