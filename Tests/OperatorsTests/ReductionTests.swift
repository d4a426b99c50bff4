import BitdepthGraphs
import BitdepthTensors
import Testing

@testable import BitdepthOperators

@Suite("Reductions") struct ReductionTests {
    // By hand for the rows [1, -2, 3] and [4, 0, -4].
    static let rows: [(op: OperatorName, expected: [Float])] = [
        ("ReduceSum", [2, 0]), ("ReduceMean", [2.0 / 3, 0]), ("ReduceMax", [3, 4]), ("ReduceMin", [-2, -4]),
        ("ReduceProd", [-6, 0]), ("ReduceL1", [6, 8]), ("ReduceL2", [3.7416575, 5.6568542]),
        ("ReduceSumSquare", [14, 32]),
        ("ReduceLogSum", [0.6931472, -.infinity]), ("ReduceLogSumExp", [3.1328452, 4.0184795]),
    ]

    @Test("Rows are reduced as the formulas say", arguments: rows.indices)
    func row(_ index: Int) throws {
        let (op, expected) = Self.rows[index]
        let x = try Tensor.floats([1, -2, 3, 4, 0, -4], [2, 3])
        let y = try OneNode(op)(x, try .ints([-1]))
        #expect(y.shape.dimensions == [2, 1])
        for (value, wanted) in zip(try y.floats(), expected) {
            #expect(
                value == wanted || abs(value - wanted) < 1e-6 * max(1, abs(wanted)), "\(op): \(value) for \(wanted)")
        }
    }

    @Test(
        "Reducing nothing gives the specification's identities",
        arguments: [
            ("ReduceSum", 0), ("ReduceProd", 1), ("ReduceMax", -.infinity), ("ReduceMin", .infinity), ("ReduceL1", 0),
            ("ReduceL2", 0),
            ("ReduceSumSquare", 0), ("ReduceLogSum", -.infinity), ("ReduceLogSumExp", -.infinity),
        ] as [(String, Float)])
    func nothing(_ op: String, _ expected: Float) throws {
        let x = try Tensor(zeros: try Shape([2, 0, 3]), type: .float32)
        let y = try OneNode(OperatorName(op), [("keepdims", .int(0))])(x, try .ints([1]))
        #expect(y.shape.dimensions == [2, 3])
        #expect(try y.floats() == [Float](repeating: expected, count: 6))
    }

    @Test("Integers of nothing are the bounds of their type; a mean of no integers is an error")
    func noIntegers() throws {
        let x = try Tensor(zeros: try Shape([0]), type: .int8)
        #expect(try OneNode("ReduceMax")(x).integers() == [-128])
        #expect(try OneNode("ReduceMin")(x).integers() == [127])
        #expect(throws: BitdepthError.self) { try OneNode("ReduceMean")(x) }
    }

    @Test("Without axes all are reduced, or, if so asked, none")
    func withoutAxes() throws {
        let x = try Tensor.floats([1, -2, 3, 4], [2, 2])
        #expect(try OneNode("ReduceSum", [("keepdims", .int(0))])(x) == (try Tensor(scalar: Float(6))))
        #expect(
            try OneNode("ReduceL1", [("noop_with_empty_axes", .int(1))])(x, try .ints([])).floats() == [1, 2, 3, 4])
    }

    @Test("Large logits do not overflow a sum of exponentials")
    func largeLogits() throws {
        #expect(try OneNode("ReduceLogSumExp")(try .floats([1000, 1000])).floats() == [Float(1000.6931471805599)])
        #expect(try OneNode("ReduceLogSumExp")(try .floats([.infinity, 0])).floats() == [.infinity])
    }

    @Test("NaN propagates through extremes", arguments: ["ReduceMax", "ReduceMin"])
    func nan(_ op: String) throws {
        #expect(try OneNode(OperatorName(op))(try .floats([1, .nan, 2])).floats()[0].isNaN)
    }

    @Test(
        "Index notation: products, traces, broadcasting",
        arguments: [
            ("ij,jk", [1, 2, 3, 4], [7, 10, 15, 22]), ("ij,ij->", [1, 2, 3, 4], [30]),
            ("...i,...i->...", [1, 2, 3, 4], [5, 25]),
            ("ii,jj->ij", [1, 2, 3, 4], [1, 4, 4, 16]),
        ] as [(String, [Float], [Float])])
    func einsum(_ equation: String, _ matrix: [Float], _ expected: [Float]) throws {
        let x = try Tensor.floats(matrix, [2, 2])
        if equation == "ii,jj->ij" {
            // A repeated label reads the diagonal.
            #expect(try OneNode("Einsum", [("equation", .text("ii->i"))])(x).floats() == [1, 4])
        }
        #expect(try OneNode("Einsum", [("equation", .text(equation))])(x, x).floats() == expected)
    }
}
