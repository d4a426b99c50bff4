import BitdepthGraphs
import BitdepthTensors

/// What Resize was called before version 10: X and scales → Y.
///
/// The upgrade makes it a Resize. Nodes that are still called so, which the specification forbids, mean the same.
/// Source: ONNX operator specification, Upsample-9.
public struct Upsample: Operator {
    public static let signature = OperatorSignature("Upsample", versions: [1, 7, 9, 10], inputs: 1...2)

    private let resize: Resize

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        var node = Node("Resize", inputs: [nil, nil, nil], outputs: [])
        if let mode = try attributes.string("mode") { node.attributes["mode"] = .text(mode) }
        node.attributes["coordinate_transformation_mode"] = .text(Resize.CoordinateMode.asymmetric.rawValue)
        node.attributes["nearest_mode"] = .text(Resize.NearestMode.floor.rawValue)
        resize = try Resize(AttributeReader(node))
    }

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] {
        try resize.infer([try inputs.required(0, "X"), nil, try inputs.required(1, "scales")])
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        try resize.evaluate([try inputs.required(0, "X"), nil, try inputs.required(1, "scales")])
    }

    public var quantization: QuantizationRule { resize.quantization }

    public static func upgrade(_ node: inout Node, to next: Int, in scope: inout UpgradeScope) throws(BitdepthError) {
        switch next {
        case 7:
            guard case .float(let height) = node.attributes["height_scale"],
                case .float(let width) = node.attributes["width_scale"]
            else { return }
            node.attributes["height_scale"] = nil
            node.attributes["width_scale"] = nil
            node.attributes["scales"] = .floats([1, 1, height, width])
            if node.attributes["mode"] == .text("bilinear") {
                node.attributes["mode"] = .text(Resize.Mode.linear.rawValue)
            }
        case 9:
            guard case .floats(let scales) = node.attributes["scales"] else { return }
            node.attributes["scales"] = nil
            node.setInput(scope.add(try Tensor(scales), named: "\(node.label)_scales"), at: 1)
        case 10 where node.inputs.count == 2:
            node.op = "Resize"
            try Resize.sayCoordinates(&node, in: scope)
        default: break
        }
    }
}
