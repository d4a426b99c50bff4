import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

/// Writes QDQ graphs for tests: codes "x0", "x1" … go in, codes come out.
struct QOperatorFormGraphs {
    var graph = Graph()
    var element = ElementType.uint8
    private var count = 0

    init(_ element: ElementType = .uint8) { self.element = element }

    private mutating func name(_ base: String) -> ValueName {
        count += 1
        return ValueName("\(base)\(count)")
    }

    mutating func constant(_ tensor: Tensor) -> ValueName {
        let name = name("c")
        graph.initializers[name] = tensor
        return name
    }

    /// Scale and zero point for codes of the graph's type; zero points of signed codes are 128 less.
    mutating func parameters(_ scale: Float, _ zero: Int) throws -> [ValueName?] {
        [
            constant(try Tensor(scalar: scale)),
            constant(try Tensor(integers: [element == .int8 ? zero - 128 : zero], shape: .scalar, type: element)),
        ]
    }

    mutating func input(_ shape: [Int], scale: Float = 0.05, zero: Int = 117) throws -> ValueName {
        let codes = ValueName("x\(graph.inputs.count)")
        graph.inputs.append(.init(codes, TensorType(element, try Shape(shape))))
        return add("DequantizeLinear", [codes] + (try parameters(scale, zero)))
    }

    @discardableResult
    mutating func add(
        _ op: OperatorName, _ inputs: [ValueName?], _ attributes: KeyValuePairs<String, Attribute> = [:],
        name: String = ""
    ) -> ValueName {
        let output = self.name("v")
        var node = Node(op, name: name, inputs: inputs, outputs: [output])
        for (name, value) in attributes { node.attributes[name] = value }
        graph.nodes.append(node)
        return output
    }

    private func channelScale(of index: Int) -> Float { 0.004 + Float(index) * 0.003 }

    /// A dequantized weight with a scale for each index of `axis`, or one scale.
    mutating func weight(_ shape: [Int], axis: Int?) throws -> ValueName {
        let codes: [Int8] = (0..<shape.reduce(1, *)).map { (index: Int) -> Int8 in Int8((index * 29 + 5) % 127 - 63) }
        let channels = axis.map { shape[$0] } ?? 1
        let scales: [Float] = (0..<channels).map(channelScale(of:))
        let parameterShape = axis == nil ? Shape.scalar : Shape.vector(channels)
        let inputs = [
            constant(try Tensor(codes, shape: shape)), constant(try Tensor(scales, shape: parameterShape)),
            constant(try Tensor([Int8](repeating: 0, count: channels), shape: parameterShape)),
        ]
        return axis.map { add("DequantizeLinear", inputs, ["axis": .int($0)]) } ?? add("DequantizeLinear", inputs)
    }

    /// A dequantized bias at the scale of the products of an input at scale 0.05 and a ``weight(_:axis:)``.
    mutating func bias(_ channels: Int, isPerChannel: Bool) throws -> ValueName {
        let units: [Int32] = (0..<channels).map { (index: Int) -> Int32 in Int32(index * 431 - 700) }
        let codes = constant(try Tensor(units))
        let scales: [Float] = (0..<(isPerChannel ? channels : 1)).map { (index: Int) -> Float in
            channelScale(of: index) * 0.05
        }
        let scale = constant(try Tensor(scales, shape: isPerChannel ? Shape.vector(channels) : .scalar))
        return isPerChannel
            ? add("DequantizeLinear", [codes, scale], ["axis": .int(0)]) : add("DequantizeLinear", [codes, scale])
    }

    /// Quantizes a value; the codes are an output of the graph.
    @discardableResult
    mutating func output(_ value: ValueName, scale: Float = 0.1, zero: Int = 131) throws -> ValueName {
        let codes = add("QuantizeLinear", [value] + (try parameters(scale, zero)))
        graph.outputs.append(.init(codes, nil))
        return codes
    }

    /// Codes for every input, different for every seed.
    func samples(_ seed: Int) throws -> [ValueName: Tensor] {
        var samples: [ValueName: Tensor] = [:]
        for (index, input) in graph.inputs.enumerated() {
            guard let shape = input.type?.shape.shape else { continue }
            var state = UInt64(truncatingIfNeeded: seed &* 7919 &+ index &* 104_729 &+ 1)
            let codes = (0..<shape.count).map { _ in
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return Int(state >> 56) - (element == .int8 ? 128 : 0)
            }
            samples[input.name] = try Tensor(integers: codes, shape: shape, type: element)
        }
        return samples
    }
}
