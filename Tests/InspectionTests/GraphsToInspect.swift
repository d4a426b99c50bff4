import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

/// Small graphs whose numbers are worked out by hand.
enum GraphsToInspect {
    static func types(_ pairs: [(ValueName, ElementType, [Int])]) throws -> [ValueName: Fact] {
        var facts: [ValueName: Fact] = [:]
        for (name, element, shape) in pairs { facts[name] = Fact(element, try Shape(shape)) }
        return facts
    }

    /// `image → Q → DQ → Conv (2 channels, own scales) → Relu → Q → DQ → Softmax → y`, with a float Softmax at the end.
    static func quantized() throws -> (graph: Graph, facts: [ValueName: Fact]) {
        var graph = Graph(
            name: "net", inputs: [.init("image", TensorType(.float32, try Shape([1, 1, 4, 4])))],
            outputs: [.init("y", TensorType(.float32, try Shape([1, 2, 4, 4])))])
        graph.initializers["image.scale"] = try Tensor(scalar: Float(0.5))
        graph.initializers["image.zero"] = try Tensor(scalar: UInt8(128))
        graph.initializers["w.codes"] = try Tensor([Int8](repeating: 3, count: 18), shape: [2, 1, 3, 3])
        graph.initializers["w.scale"] = try Tensor([Float(0.25), 2])
        graph.initializers["w.zero"] = try Tensor([Int8(0), 0])
        graph.initializers["r.scale"] = try Tensor(scalar: Float(0.125))
        graph.initializers["r.zero"] = try Tensor(scalar: UInt8(0))
        graph.nodes = [
            Node(
                "QuantizeLinear", name: "q1", inputs: ["image", "image.scale", "image.zero"], outputs: ["image.codes"]),
            Node(
                "DequantizeLinear", name: "d1", inputs: ["image.codes", "image.scale", "image.zero"],
                outputs: ["image.real"]),
            Node(
                "DequantizeLinear", name: "dw", inputs: ["w.codes", "w.scale", "w.zero"], outputs: ["w"],
                attributes: ["axis": .int(0)]),
            Node(
                "Conv", name: "conv", inputs: ["image.real", "w"], outputs: ["c"],
                attributes: ["pads": .ints([1, 1, 1, 1]), "kernel_shape": .ints([3, 3])]),
            Node("Relu", name: "relu", inputs: ["c"], outputs: ["r"]),
            Node("QuantizeLinear", name: "q2", inputs: ["r", "r.scale", "r.zero"], outputs: ["r.codes"]),
            Node("DequantizeLinear", name: "d2", inputs: ["r.codes", "r.scale", "r.zero"], outputs: ["r.real"]),
            Node("Softmax", name: "shares", inputs: ["r.real"], outputs: ["y"]),
        ]
        var facts = try types([
            ("image", .float32, [1, 1, 4, 4]), ("image.codes", .uint8, [1, 1, 4, 4]),
            ("image.real", .float32, [1, 1, 4, 4]),
            ("w", .float32, [2, 1, 3, 3]), ("c", .float32, [1, 2, 4, 4]), ("r", .float32, [1, 2, 4, 4]),
            ("r.codes", .uint8, [1, 2, 4, 4]), ("r.real", .float32, [1, 2, 4, 4]), ("y", .float32, [1, 2, 4, 4]),
        ])
        for (name, tensor) in graph.initializers { facts[name] = Fact(constant: tensor) }
        return (graph, facts)
    }
}
