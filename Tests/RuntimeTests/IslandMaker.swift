import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

/// Writes graphs of quantized and float values for tests, node by node, together with inputs for them.
struct IslandMaker {
    var graph = Graph()
    /// Random values for the graph's inputs.
    var inputs: [String: Tensor] = [:]
    var numbers: SeededNumbers
    private var count = 0

    init(seed: UInt64) { numbers = SeededNumbers(seed: seed) }

    /// Adds a node of one output, and returns that.
    mutating func add(
        _ op: OperatorName, _ inputs: [ValueName?], _ attributes: KeyValuePairs<String, Attribute> = [:]
    ) -> ValueName {
        let output = newName("v")
        var node = Node(op, name: "\(op.type)_\(output)", inputs: inputs, outputs: [output])
        for (name, value) in attributes { node.attributes[name] = value }
        graph.nodes.append(node)
        return output
    }

    mutating func newName(_ prefix: String) -> ValueName {
        count += 1
        return ValueName("\(prefix)\(count)")
    }

    mutating func constant(_ tensor: Tensor) -> ValueName {
        let name = newName("c")
        graph.initializers[name] = tensor
        return name
    }

    mutating func scalar(_ value: Float) throws -> ValueName { constant(try Tensor(scalar: value)) }
    mutating func integers(_ values: [Int]) throws -> ValueName { constant(try Tensor(values.map(Int64.init))) }
    mutating func floats(_ shape: [Int], in range: ClosedRange<Float> = -1...1) throws -> ValueName {
        constant(try Tensor(numbers.floats(shape.reduce(1, *), in: range), shape: shape))
    }

    /// An input port with random floats.
    mutating func floatInput(_ shape: [Int], in range: ClosedRange<Float> = -3...3) throws -> ValueName {
        let name = newName("x")
        let tensor = try Tensor(numbers.floats(shape.reduce(1, *), in: range), shape: shape)
        graph.inputs.append(.init(name, TensorType(of: tensor)))
        inputs[name.text] = tensor
        return name
    }

    /// An input port with random 8-bit codes.
    mutating func codeInput(_ shape: [Int], _ scheme: CodeScheme) throws -> ValueName {
        let name = newName("q")
        let tensor = try Tensor(
            integers: numbers.codes(shape.reduce(1, *), scheme.type), shape: try Shape(shape), type: scheme.type)
        graph.inputs.append(.init(name, TensorType(of: tensor)))
        inputs[name.text] = tensor
        return name
    }

    mutating func output(_ value: ValueName) { graph.outputs.append(.init(value, nil)) }
}

/// Scale and zero point of 8-bit codes.
struct CodeScheme: Equatable {
    var scale: Float
    var zeroPoint: Int
    var isSigned: Bool
    var type: ElementType { isSigned ? .int8 : .uint8 }

    static func random(_ numbers: inout SeededNumbers) -> CodeScheme {
        let isSigned = numbers.chance(0.5)
        // Zero points at the ends of the range too, as after a Relu.
        let code = numbers.choice([0, 255, 128, Int.random(in: 0...255, using: &numbers)]) ?? 0
        return CodeScheme(
            scale: Float.random(in: 0.005...0.05, using: &numbers), zeroPoint: isSigned ? code - 128 : code,
            isSigned: isSigned)
    }
}

extension SeededNumbers {
    mutating func codes(_ count: Int, _ type: ElementType) -> [Int] {
        let range = type.integerRange ?? 0...0
        return (0..<count).map { _ in Int.random(in: range, using: &self) }
    }
}

extension IslandMaker {
    mutating func dequantize(_ codes: ValueName, _ scheme: CodeScheme) throws -> ValueName {
        add("DequantizeLinear", [codes, try scalar(scheme.scale), try zeroPoint(scheme)])
    }

    mutating func quantize(_ value: ValueName, _ scheme: CodeScheme) throws -> ValueName {
        add("QuantizeLinear", [value, try scalar(scheme.scale), try zeroPoint(scheme)])
    }

    private mutating func zeroPoint(_ scheme: CodeScheme) throws -> ValueName {
        constant(try Tensor(integers: [scheme.zeroPoint], shape: .scalar, type: scheme.type))
    }

    /// The floats of an input port of codes.
    mutating func activation(_ shape: [Int], _ scheme: CodeScheme? = nil) throws -> ValueName {
        let scheme = scheme ?? .random(&numbers)
        return try dequantize(try codeInput(shape, scheme), scheme)
    }

    /// Quantizes a value so that its codes use nearly the whole range for the maker's inputs, and makes them an output.
    @discardableResult
    mutating func quantizedOutput(_ value: ValueName, _ given: CodeScheme? = nil) throws -> ValueName {
        let scheme = try given ?? fittingScheme(value)
        let codes = try quantize(value, scheme)
        output(codes)
        return codes
    }

    /// A scheme for the range that a value takes with the maker's inputs; a few percent saturate.
    mutating func fittingScheme(_ value: ValueName) throws -> CodeScheme {
        let reals = try expected([value])[value]?.floats().filter(\.isFinite) ?? []
        let (low, high) = (min(reals.min() ?? 0, 0), max(reals.max() ?? 0, 0))
        let isSigned = numbers.chance(0.5)
        let scale = high > low ? (high - low) * 0.95 / 255 : 1
        let code = Int(min(max((-low / scale).rounded(), 0), 255))
        return CodeScheme(scale: scale, zeroPoint: isSigned ? code - 128 : code, isSigned: isSigned)
    }

    /// What the reference evaluation makes of values.
    func expected(_ values: [ValueName]? = nil) throws -> [ValueName: Tensor] {
        let given = Dictionary(uniqueKeysWithValues: inputs.map { (ValueName($0), $1) })
        return try Interpreter(graph).run(given, wanted: values)
    }

    /// Relu, Clip with some bounds, or nothing.
    mutating func randomActivation(_ value: ValueName) throws -> ValueName {
        switch Int.random(in: 0..<4, using: &numbers) {
        case 0: return add("Relu", [value])
        case 1:
            let high = Float.random(in: 0.1...4, using: &numbers)
            return add("Clip", [value, try scalar(numbers.chance(0.5) ? 0 : -high), try scalar(high)])
        case 2: return add("Clip", [value, nil, try scalar(0.5)])
        default: return value
        }
    }

    /// The floats of a quantized constant.
    ///
    /// - Parameter axis: The axis of scales of their own; `nil` for one scale.
    mutating func weight(_ shape: [Int], type: ElementType = .int8, isSymmetric: Bool = true, axis: Int?) throws
        -> ValueName
    {
        let codes = try Tensor(integers: numbers.codes(shape.reduce(1, *), type), shape: try Shape(shape), type: type)
        let count = axis.map { shape[$0] } ?? 1
        let middle = type == .uint8 ? 128 : 0
        let zeros = (0..<count).map { _ in isSymmetric ? middle : middle + Int.random(in: -100...100, using: &numbers) }
        let parameters = axis == nil ? Shape.scalar : Shape.vector(count)
        let scales = try Tensor(numbers.floats(count, in: 0.002...0.02), shape: parameters)
        return add(
            "DequantizeLinear",
            [constant(codes), constant(scales), constant(try Tensor(integers: zeros, shape: parameters, type: type))],
            ["axis": .int(axis ?? 0)])
    }

    /// No bias, a float one, or one of 32-bit codes whose scale is the product of the others.
    mutating func randomBias(
        _ count: Int, input: CodeScheme, weight: ValueName, allowsFloat: Bool
    ) throws -> ValueName? {
        switch Int.random(in: 0..<3, using: &numbers) {
        case 0: return nil
        case 1 where allowsFloat: return try floats([count], in: -2...2)
        default:
            let dequantization = graph.nodes.first { $0.outputs == [weight] }
            let scales = try graph.initializers[dequantization?.input(1) ?? ""]?.floats() ?? [1]
            let products = (0..<count).map { input.scale * scales[scales.count == 1 ? 0 : $0] }
            let codes = try Tensor((0..<count).map { _ in Int32.random(in: -60_000...60_000, using: &numbers) })
            return add("DequantizeLinear", [constant(codes), constant(try Tensor(products))], ["axis": .int(0)])
        }
    }
}
