import BitdepthGraphs
import BitdepthTensors
import Testing

/// One node on codes with its inputs, and what ONNX Runtime 1.32 (CPU, graph optimization off) makes of them.
///
/// Codes count through all values in steps (`ramp`), so that a case is written in one line and can be repeated anywhere.
struct QOperatorCase: Sendable, CustomTestStringConvertible {
    var op: OperatorName
    /// `nil` is a left out input.
    var inputs: [Operand?]
    var attributes: [String: Attribute] = [:]
    /// The float operator that must stand there afterwards.
    var float: OperatorName
    var shape: [Int]
    var expected: [Int]

    enum Operand: Sendable {
        /// An input of the graph.
        case given(Tensor)
        case constant(Tensor)
    }

    var testDescription: String { "\(op) \(attributes.keys.sorted())" }

    /// A graph of that one node, "node", whose output is "y".
    var graph: Graph {
        var node = Node(op, name: "node", inputs: [], outputs: ["y"])
        for (name, value) in attributes { node.attributes[name] = value }
        var graph = Graph()
        for (index, operand) in inputs.enumerated() {
            let name = ValueName("i\(index)")
            switch operand {
            case .given(let tensor): graph.inputs.append(.init(name, TensorType(of: tensor)))
            case .constant(let tensor): graph.initializers[name] = tensor
            case nil: break
            }
            node.inputs.append(operand.map { _ in name })
        }
        graph.nodes = [node]
        graph.outputs = [.init("y", nil)]
        return graph
    }

    var samples: [ValueName: Tensor] {
        var samples: [ValueName: Tensor] = [:]
        for (index, operand) in inputs.enumerated() {
            if case .given(let tensor)? = operand { samples[ValueName("i\(index)")] = tensor }
        }
        return samples
    }
}

/// Codes `(i * step + start) mod 256`, moved to -128 … 127 where they are signed.
func ramp(_ shape: [Int], _ step: Int, _ start: Int, signed: Bool = false) throws -> Tensor {
    let lowest = signed ? 128 : 0
    let codes: [Int] = (0..<shape.reduce(1, *)).map { (index: Int) -> Int in (index * step + start) % 256 - lowest }
    return try Tensor(integers: codes, shape: try Shape(shape), type: signed ? .int8 : .uint8)
}

/// Weights `(i * 29 + 5) mod 127 - 63`.
func weights(_ shape: [Int]) throws -> Tensor {
    let codes: [Int8] = (0..<shape.reduce(1, *)).map { (index: Int) -> Int8 in Int8((index * 29 + 5) % 127 - 63) }
    return try Tensor(codes, shape: shape)
}

extension QOperatorCase {
    typealias Operands = [Operand?]

    static func all() throws -> [QOperatorCase] {
        try [sums(), elementwise(), joins(), poolsAndSoftmax()].flatMap { $0 }
    }

    private static func microsoft(_ type: String) -> OperatorName { OperatorName(type, domain: "com.microsoft") }
    private static func inputs(_ parts: Operands...) -> Operands { parts.flatMap { $0 } }

    private static func parameters(_ scale: Float, _ zero: UInt8) throws -> Operands {
        [.constant(try Tensor(scalar: scale)), .constant(try Tensor(scalar: zero))]
    }

    private static func signed(_ scale: Float, _ zero: Int8) throws -> Operands {
        [.constant(try Tensor(scalar: scale)), .constant(try Tensor(scalar: zero))]
    }

    /// Weights with a scale for each of three channels.
    private static func channelWeights(_ shape: [Int]) throws -> Operands {
        [
            .constant(try weights(shape)), .constant(try Tensor([Float(0.01), 0.02, 0.005])),
            .constant(try Tensor([Int8(0), 0, 0])),
        ]
    }

    private static func codes(_ shape: [Int], _ step: Int, _ start: Int, _ scale: Float, _ zero: UInt8) throws
        -> Operands
    {
        inputs([.given(try ramp(shape, step, start))], try parameters(scale, zero))
    }

    private static func sums() throws -> [QOperatorCase] {
        let bias: Operands = [.constant(try Tensor([Int32(400), -900, 50]))]
        let image = try codes([1, 2, 4, 4], 37, 11, 0.05, 120)
        let matrix = try codes([2, 4], 37, 11, 0.05, 120)
        let signedImage = inputs([.given(try ramp([1, 2, 4, 4], 37, 11, signed: true))], try signed(0.05, -8))
        let depthwise = inputs([.constant(try weights([2, 1, 3, 3]))], try signed(0.01, 0))
        return [
            QOperatorCase(
                op: "QLinearConv",
                inputs: inputs(image, try channelWeights([3, 2, 3, 3]), try parameters(0.25, 100), bias),
                attributes: ["kernel_shape": .ints([3, 3])], float: "Conv", shape: [1, 3, 2, 2],
                expected: [160, 160, 52, 67, 136, 106, 36, 21, 95, 112, 99, 84]),
            QOperatorCase(
                op: "QLinearConv", inputs: inputs(signedImage, depthwise, try signed(0.25, -20)),
                attributes: ["group": .int(2), "pads": .ints([1, 1, 1, 1]), "strides": .ints([2, 2])], float: "Conv",
                shape: [1, 2, 2, 2], expected: [-18, -36, -14, -52, -22, -36, -42, -22]),
            QOperatorCase(
                op: "QLinearMatMul", inputs: inputs(matrix, try channelWeights([4, 3]), try parameters(0.1, 100)),
                float: "MatMul", shape: [2, 3], expected: [123, 83, 103, 121, 176, 104]),
            QOperatorCase(
                op: microsoft("QGemm"),
                inputs: inputs(matrix, try channelWeights([3, 4]), bias, try parameters(0.1, 100)),
                attributes: ["transB": .int(1), "alpha": .float(0.5)], float: "Gemm", shape: [2, 3],
                expected: [122, 80, 99, 82, 76, 93]),
        ]
    }

    private static func elementwise() throws -> [QOperatorCase] {
        let matrix = try codes([2, 3], 37, 11, 0.05, 120)
        let row = try codes([3], 91, 40, 0.03, 10)
        let image = try codes([1, 2, 3, 4], 37, 11, 0.05, 120)
        return [
            QOperatorCase(
                op: microsoft("QLinearAdd"), inputs: inputs(matrix, row, try parameters(0.06, 90)), float: "Add",
                shape: [2, 3],
                expected: [14, 90, 167, 107, 183, 255]),
            QOperatorCase(
                op: microsoft("QLinearMul"), inputs: inputs(matrix, row, try parameters(0.2, 90)), float: "Mul",
                shape: [2, 3],
                expected: [65, 25, 34, 90, 125, 211]),
            QOperatorCase(
                op: microsoft("QLinearSigmoid"), inputs: inputs(image, try parameters(1 / 256, 0)), float: "Sigmoid",
                shape: [1, 2, 3, 4],
                expected: [
                    1, 7, 38, 134, 224, 250, 255, 1, 8, 43, 144, 228, 251, 255, 1, 9, 49, 153, 232, 252, 255, 2, 11, 55,
                ]),
            QOperatorCase(
                op: microsoft("QLinearLeakyRelu"), inputs: inputs(image, try parameters(0.04, 60)),
                attributes: ["alpha": .float(0.2)],
                float: "LeakyRelu", shape: [1, 2, 3, 4],
                expected: [
                    33, 42, 51, 62, 109, 155, 201, 33, 43, 52, 66, 113, 159, 205, 34, 43, 53, 70, 116, 162, 209, 35, 44,
                    53,
                ]),
        ]
    }

    private static func joins() throws -> [QOperatorCase] {
        let a = try codes([2, 3], 37, 11, 0.05, 120)
        let mask = try Tensor([Float(1), 0, 1, 0, 1, 0], shape: [2, 3]).converted(to: .bool)
        return [
            QOperatorCase(
                op: microsoft("QLinearConcat"),
                inputs: inputs(try parameters(0.04, 128), a, try codes([2, 2], 91, 40, 0.03, 10)),
                attributes: ["axis": .int(1)], float: "Concat", shape: [2, 5],
                expected: [0, 38, 84, 150, 219, 130, 177, 223, 255, 163]),
            QOperatorCase(
                op: microsoft("QLinearWhere"),
                inputs: inputs([.given(mask)], a, try codes([2, 3], 91, 40, 0.03, 10), try parameters(0.04, 128)),
                float: "Where", shape: [2, 3], expected: [0, 219, 84, 163, 177, 255]),
        ]
    }

    private static func poolsAndSoftmax() throws -> [QOperatorCase] {
        let image = try codes([1, 2, 3, 4], 37, 11, 0.05, 120)
        return [
            QOperatorCase(
                op: microsoft("QLinearAveragePool"), inputs: inputs(image, try parameters(0.04, 60)),
                attributes: [
                    "kernel_shape": .ints([2, 2]), "pads": .ints([0, 0, 1, 0]), "count_include_pad": .int(1),
                    "channels_last": .int(0),
                ],
                float: "AveragePool", shape: [1, 2, 3, 3],
                expected: [39, 86, 52, 64, 111, 77, 28, 52, 75, 114, 81, 47, 59, 26, 72, 66, 9, 32]),
            QOperatorCase(
                op: microsoft("QLinearGlobalAveragePool"), inputs: inputs(image, try parameters(0.04, 60)),
                attributes: ["channels_last": .int(0)], float: "GlobalAveragePool", shape: [1, 2, 1, 1],
                expected: [45, 66]),
            QOperatorCase(
                op: microsoft("QLinearSoftmax"), inputs: inputs(image, try parameters(1 / 256, 0)),
                attributes: ["axis": .int(-1), "opset": .int(13)], float: "Softmax", shape: [1, 2, 3, 4],
                expected: [1, 5, 34, 216, 5, 34, 217, 0, 1, 5, 34, 216, 35, 221, 0, 0, 1, 5, 34, 216, 255, 0, 0, 0]),
            // Before version 13 of the operator set, all axes from the given one on were normalised together.
            QOperatorCase(
                op: microsoft("QLinearSoftmax"), inputs: inputs(image, try parameters(1 / 256, 0)),
                attributes: ["axis": .int(2), "opset": .int(12)], float: "Softmax", shape: [1, 2, 3, 4],
                expected: [0, 0, 0, 1, 5, 33, 210, 0, 0, 0, 1, 6, 16, 101, 0, 0, 0, 0, 3, 18, 117, 0, 0, 0]),
        ]
    }
}
