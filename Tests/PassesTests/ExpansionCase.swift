import BitdepthGraphs
import BitdepthTensors
import Testing

/// One node of ONNX Runtime's own operators with its inputs.
struct ExpansionCase: Sendable, CustomTestStringConvertible {
    var op: String
    var note: String
    /// `nil` is an input that is left out.
    var inputs: [Tensor?]
    /// Positions of inputs that are constant.
    var constants: Set<Int>
    var attributes: [String: Attribute]
    /// `false` is an output that is left out.
    var outputs: [Bool]
    var domain = "com.microsoft"

    init(
        _ op: String, _ note: String, _ inputs: [Tensor?], constants: Set<Int> = [],
        _ attributes: [String: Attribute] = [:], outputs: [Bool] = [true]
    ) {
        (self.op, self.note, self.inputs, self.constants) = (op, note, inputs, constants)
        (self.attributes, self.outputs) = (attributes, outputs)
    }

    init(
        _ op: String, _ inputs: [Tensor?], constants: Set<Int> = [], _ attributes: [String: Attribute] = [:],
        outputs: [Bool] = [true]
    ) {
        self.init(op, "", inputs, constants: constants, attributes, outputs: outputs)
    }

    var testDescription: String { note.isEmpty ? op : "\(op), \(note)" }

    /// A graph of that one node.
    ///
    /// - Parameter isFree: Whether batch and length of what is given, its first two extents, are only names.
    func graph(isFree: Bool = false) -> Graph {
        var node = Node(OperatorName(op, domain: domain), name: "node", inputs: [], outputs: [])
        for (name, value) in attributes.sorted(by: { $0.key < $1.key }) { node.attributes[name] = value }
        var graph = Graph()
        for (index, tensor) in inputs.enumerated() {
            guard let tensor else {
                node.inputs.append(nil)
                continue
            }
            let name = ValueName("i\(index)")
            node.inputs.append(name)
            if constants.contains(index) {
                graph.initializers[name] = tensor
            } else {
                var type = TensorType(of: tensor)
                if isFree { type.shape = ExpansionCase.freed(tensor.shape) }
                graph.inputs.append(.init(name, type))
            }
        }
        for (index, isGiven) in outputs.enumerated() {
            let name = ValueName("y\(index)")
            node.outputs.append(isGiven ? name : nil)
            if isGiven { graph.outputs.append(.init(name, nil)) }
        }
        graph.nodes = [node]
        return graph
    }

    private static func freed(_ shape: Shape) -> PartialShape {
        PartialShape(
            shape.dimensions.enumerated().map { axis, extent in
                axis == 0 ? .symbol("batch") : axis == 1 && shape.rank < 4 ? .symbol("length") : .known(extent)
            })
    }

    var samples: [ValueName: Tensor] {
        var samples: [ValueName: Tensor] = [:]
        for (index, tensor) in inputs.enumerated() where !constants.contains(index) {
            samples[ValueName("i\(index)")] = tensor
        }
        return samples
    }
}

extension SeededNumbers {
    mutating func tensor(_ shape: [Int], in range: ClosedRange<Float> = -1...1) throws -> Tensor {
        try Tensor(floats(shape.reduce(1, *), in: range), shape: shape)
    }

    mutating func integers(
        _ shape: [Int], in range: ClosedRange<Int>, _ type: ElementType = .int32
    ) throws -> Tensor {
        let values: [Int] = (0..<shape.reduce(1, *)).map { _ in Int.random(in: range, using: &self) }
        return try Tensor(integers: values, shape: try Shape(shape), type: type)
    }
}

func integers(_ values: [Int], _ shape: [Int], _ type: ElementType = .int32) throws -> Tensor {
    try Tensor(integers: values, shape: try Shape(shape), type: type)
}
