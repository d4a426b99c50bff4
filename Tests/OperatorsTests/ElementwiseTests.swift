import BitdepthGraphs
import BitdepthTensors
import Testing

@testable import BitdepthOperators

@Suite("Functions of single elements and arithmetic") struct ElementwiseTests {
    // Results of ONNX Runtime's CPU kernels in FP32.
    static let functions: [(op: OperatorName, attributes: [(String, Attribute)], expected: [Float])] = [
        ("LeakyRelu", [("alpha", .float(0.125))], [-3.75, -0.3125, -0.0625, 0, 0.25, 1, 4]),
        ("ThresholdedRelu", [("alpha", .float(0.25))], [0, 0, 0, 0, 0, 1, 4]),
        ("Shrink", [("lambd", .float(0.5)), ("bias", .float(0.25))], [-29.75, -2.25, 0, 0, 0, 0.75, 3.75]),
        ("Elu", [("alpha", .float(0.5))], [-0.5, -0.45895749, -0.19673467, 0, 0.25, 1, 4]),
        ("Selu", [], [-1.7580993, -1.6137857, -0.69175816, 0, 0.26267526, 1.050701, 4.2028041]),
        ("Celu", [("alpha", .float(2))], [-1.9999994, -1.4269904, -0.44239843, 0, 0.25, 1, 4]),
        ("Softplus", [], [9.3576229e-14, 0.078889742, 0.47407699, 0.69314718, 0.82593942, 1.3132617, 4.0181499]),
        ("Mish", [], [-2.8072865e-12, -0.19681619, -0.22074378, 0, 0.16957241, 0.86509848, 3.9974127]),
        ("Sigmoid", [], [0, 0.075858176, 0.37754071, 0.5, 0.56217647, 0.7310586, 0.98201376]),
        ("HardSigmoid", [], [0, 0, 0.4, 0.5, 0.55, 0.7, 1]),
        ("HardSwish", [], [0, -0.20833328, -0.20833333, 0, 0.13541667, 0.66666669, 4]),
        ("Tanh", [], [-1, -0.98661435, -0.46211717, 0, 0.24491866, 0.76159418, 0.99932921]),
        ("Softsign", [], [-0.96774191, -0.71428573, -0.33333334, 0, 0.2, 0.5, 0.8]),
        ("Gelu", [], [0, -0.015524104, -0.15426877, 0, 0.14967658, 0.84134471, 3.9998732]),
        ("Gelu", [("approximate", .text("tanh"))], [0, -0.015084296, -0.154286, 0, 0.14967535, 0.84119201, 3.9999299]),
        (
            OperatorName("QuickGelu", domain: "com.microsoft"), [("alpha", .float(1.5))],
            [0, -0.057443455, -0.16041066, 0, 0.14816666, 0.81757444, 3.9901094]
        ),
        ("Erf", [], [-1, -0.99959308, -0.52049989, 0, 0.27632639, 0.84270078, 1]),
        ("Round", [], [-30, -2, 0, 0, 0, 1, 4]),
        ("Relu", [], [0, 0, 0, 0, 0.25, 1, 4]),
    ]

    @Test("Functions of one number agree with ONNX Runtime", arguments: functions.indices)
    func function(_ index: Int) throws {
        let (op, attributes, expected) = Self.functions[index]
        let x = try Tensor.floats([-30, -2.5, -0.5, 0, 0.25, 1, 4])
        let y = try OneNode(op, attributes)(x).floats()
        for (value, wanted) in zip(y, expected) {
            #expect(abs(value - wanted) <= 1e-6 * max(1, abs(wanted)), "\(op): \(value) for \(wanted)")
        }
    }

    @Test("NaN passes through every function of one number", arguments: functions.indices)
    func nan(_ index: Int) throws {
        let (op, attributes, _) = Self.functions[index]
        let y = try OneNode(op, attributes)(try Tensor.floats([.nan])).floats()
        #expect(y[0].isNaN, "\(op)")
    }

    @Test("Functions of floats refuse integers")
    func refusesIntegers() throws {
        let x = try Tensor.ints([1])
        #expect(throws: BitdepthError.self) { try OneNode("Sigmoid")(x) }
        #expect(throws: BitdepthError.self) { try OneNode("Mean")(x, x) }
        #expect(try OneNode("Relu")(try Tensor.ints([-3, 4], nil, .int8)).integers() == [0, 4])
    }

    @Test("Integer division truncates toward zero, and the smallest integer divided by -1 wraps")
    func division() throws {
        let y = try OneNode("Div")(try Tensor.ints([-7, 7, -7, .min]), try Tensor.ints([2, -2, -2, -1]))
        #expect(try y.integers() == [-3, -3, 3, .min])
    }

    @Test("Integer division by zero is an error; float division gives an infinity")
    func divisionByZero() throws {
        let error = #expect(throws: BitdepthError.self) {
            try OneNode("Div")(try Tensor.ints([1]), try Tensor.ints([0]))
        }
        #expect(error?.code == .valueOutOfRange)
        #expect(try OneNode("Div")(try Tensor.floats([1]), try Tensor.floats([0])).floats() == [.infinity])
    }

    @Test("Integer arithmetic wraps to the operands' type")
    func wraps() throws {
        let a = try Tensor.ints([100, -128], nil, .int8)
        #expect(try OneNode("Add")(a, a).integers() == [-56, 0])
        #expect(
            try OneNode("Mul")(try Tensor.ints([200], nil, .uint8), try Tensor.ints([2], nil, .uint8)).integers() == [
                144
            ])
        #expect(try OneNode("Abs")(a).integers() == [100, -128])
    }

    @Test("The remainder has the divisor's sign, or the dividend's where fmod is 1")
    func remainder() throws {
        let (a, b) = (try Tensor.ints([-4, 7, 5, 4, -7, 8, .min]), try Tensor.ints([2, -3, 8, -2, 3, 5, -1]))
        #expect(try OneNode("Mod")(a, b).integers() == [0, -2, 5, 0, 2, 3, 0])
        #expect(try OneNode("Mod", [("fmod", .int(1))])(a, b).integers() == [0, 1, 5, 0, -1, 3, 0])
    }

    @Test("A power has the type of its base")
    func power() throws {
        let y = try OneNode("Pow")(
            try Tensor.ints([2, 3, 1, -1, 2], nil, .int32), try Tensor.ints([10, 4, -5, -3, -1]))
        #expect(y.type == .int32)
        #expect(try y.integers() == [1024, 81, 1, -1, 0])
        #expect(
            try OneNode("Pow")(try Tensor.floats([2, 9]), try Tensor.floats([3, 0.5], nil, .float16)).floats() == [
                8, 3,
            ])
    }

    @Test("Operands broadcast by NumPy's rules")
    func broadcast() throws {
        let y = try OneNode("Sub")(try Tensor.ints([10, 20], [2, 1]), try Tensor.ints([1, 2, 3], [3]))
        #expect(y.shape.dimensions == [2, 3])
        #expect(try y.integers() == [9, 8, 7, 19, 18, 17])
        #expect(throws: BitdepthError.self) {
            try OneNode("Add")(try Tensor.ints([1, 2]), try Tensor.ints([1, 2, 3]))
        }
    }

    @Test("Half-precision sums round once, half to even")
    func half() throws {
        // 2048 + 1 lies midway between 2048 and 2050, the neighbours in FP16.
        let y = try OneNode("Add")(
            try Tensor.floats([2048, 2050], nil, .float16), try Tensor.floats([1, 1], nil, .float16))
        #expect(try y.floats() == [2048, 2052])
    }

    @Test("NaN propagates through Min and Max whatever its place", arguments: ["Min", "Max"])
    func extremes(_ op: String) throws {
        let y = try OneNode(OperatorName(op))(try Tensor.floats([.nan, 1, 2]), try Tensor.floats([1, .nan, 3])).floats()
        #expect(y[0].isNaN && y[1].isNaN)
        #expect(y[2] == (op == "Min" ? 2 : 3))
    }

    @Test("Clip takes either bound alone, and the upper bound wins")
    func clip() throws {
        let x = try Tensor.floats([-5, 0, 5])
        #expect(try OneNode("Clip")(x, nil, try Tensor(scalar: Float(1))).floats() == [-5, 0, 1])
        #expect(try OneNode("Clip")(x, try Tensor(scalar: Float(-1))).floats() == [-1, 0, 5])
        #expect(
            try OneNode("Clip")(x, try Tensor(scalar: Float(4)), try Tensor(scalar: Float(2))).floats() == [2, 2, 2])
    }

    @Test("Shifts push bits out of the type, also those of 64 places and more")
    func shifts() throws {
        let x = try Tensor.ints([3, 255], nil, .uint8)
        let left = OneNode("BitShift", [("direction", .text("LEFT"))])
        #expect(try left(x, try Tensor.ints([7, 1], nil, .uint8)).integers() == [128, 254])
        #expect(try left(x, try Tensor.ints([64, 200], nil, .uint8)).integers() == [0, 0])
    }

    @Test("64-bit unsigned values above Int.max compare and combine by their bits")
    func largeUnsigned() throws {
        let (a, b) = (try Tensor([UInt64.max, 1]), try Tensor([UInt64(1), 2]))
        #expect(try OneNode("Greater")(a, b).integers() == [1, 0])
        #expect(try OneNode("BitwiseXor")(a, b).array(of: UInt64.self) == [UInt64.max - 1, 3])
        #expect(try OneNode("Max")(a, b).array(of: UInt64.self) == [UInt64.max, 2])
        #expect(try OneNode("Min")(a, b).array(of: UInt64.self) == [1, 1])
        let bound = try Tensor(scalar: UInt64.max - 1)
        #expect(try OneNode("Clip")(a, nil, bound).array(of: UInt64.self) == [UInt64.max - 1, 1])
    }
}
