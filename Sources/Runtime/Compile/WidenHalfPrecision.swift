import BitdepthGraphs
import BitdepthTensors

/// Lets a graph with 16-bit floats compute in FP32: constants, casts and stated types are widened.
public struct WidenHalfPrecision: Sendable {
    public init() {}

    /// The graph in FP32, and whether anything had to change for that.
    func applied(ifNeededTo graph: Graph) throws(BitdepthError) -> (graph: Graph, isWidened: Bool) {
        graph.mentionsHalfPrecision ? (try applied(to: graph), true) : (graph, false)
    }

    public func applied(to graph: Graph) throws(BitdepthError) -> Graph {
        guard graph.mentionsHalfPrecision else { return graph }
        var graph = graph
        for (name, tensor) in graph.initializers where tensor.type.isHalf {
            graph.initializers[name] = try tensor.converted(to: .float32)
        }
        for position in graph.nodes.indices { try widen(&graph.nodes[position]) }
        for index in graph.inputs.indices { graph.inputs[index].type?.widen() }
        for index in graph.outputs.indices { graph.outputs[index].type?.widen() }
        for name in graph.valueTypes.keys { graph.valueTypes[name]?.widen() }
        return graph
    }

    private func widen(_ node: inout Node) throws(BitdepthError) {
        for (key, attribute) in node.attributes {
            switch attribute {
            case .tensor(let tensor) where tensor.type.isHalf:
                node.attributes[key] = .tensor(try tensor.converted(to: .float32))
            case .graph(let graph): node.attributes[key] = .graph(try applied(to: graph))
            case .int(let code)
            where WidenHalfPrecision.typeAttributes.contains(key) && WidenHalfPrecision.halfCodes.contains(code):
                node.attributes[key] = .int(WidenHalfPrecision.float32Code)
            default: break
            }
        }
    }

    /// Attributes that name an element type by ONNX's number: of Cast, RandomNormal, DequantizeLinear.
    private static let typeAttributes: Set<String> = ["to", "dtype", "output_dtype"]
    /// ONNX TensorProto.DataType: FLOAT 1, FLOAT16 10, BFLOAT16 16.
    private static let halfCodes: Set<Int> = [10, 16]
    private static let float32Code = 1
}

extension TensorType {
    fileprivate mutating func widen() {
        if element.isHalf { element = .float32 }
    }
}

extension Graph {
    fileprivate var mentionsHalfPrecision: Bool {
        initializers.values.contains { $0.type.isHalf }
            || inputs.contains { $0.type?.element.isHalf ?? false }
            || outputs.contains { $0.type?.element.isHalf ?? false }
            || nodes.contains { node in
                node.attributes.values.contains {
                    if case .tensor(let tensor) = $0 { tensor.type.isHalf } else { false }
                }
            }
    }
}
