import BitdepthGraphs
import BitdepthPasses
import BitdepthTensors
import Testing

@Suite("Fusing activations")
struct ActivationTests {
    private typealias Body = (inout GraphMaker) throws -> ValueName

    /// A graph of one activation over 4 × 25 numbers, spelled out by `body`.
    private func graph(_ body: Body) throws -> Graph {
        var maker = try GraphMaker(input: [4, 25], seed: 17)
        maker.output(try body(&maker))
        return maker.graph
    }

    private func clip(_ maker: inout GraphMaker, _ x: ValueName, _ low: Float?, _ high: Float?) throws -> ValueName {
        maker.add("Clip", [x, try low.map { try maker.scalar($0) }, try high.map { try maker.scalar($0) }])
    }

    private func check(_ spellings: [Body], become operators: [String], changes expected: Int? = nil) throws {
        for spelling in spellings {
            let (result, changes) = try expectUnchanged(try graph(spelling), by: ActivationFusion())
            #expect(result.operators == operators)
            if let expected { #expect(changes == expected) } else { #expect(changes > 0) }
        }
    }

    @Test("Bounds of bounds become one Relu")
    func relu() throws {
        try check(
            [
                { maker in maker.add("Relu", [maker.add("Relu", ["x"])]) },
                { maker in try clip(&maker, "x", 0, nil) },
                { maker in try clip(&maker, "x", 0, .greatestFiniteMagnitude) },
                { maker in maker.add("Max", ["x", try maker.scalar(0)]) },
                { maker in maker.add("Max", [try maker.constant([0], [1, 1]), "x"]) },
                { maker in try clip(&maker, maker.add("Relu", ["x"]), -1, nil) },
            ], become: ["Relu"])
    }

    @Test("Bounds of bounds become one Clip, and the tighter bounds hold")
    func bounds() throws {
        let spellings: [(Float, Float, Body)] = [
            (0, 2, { maker in try clip(&maker, maker.add("Relu", ["x"]), nil, 2) }),
            (0, 2, { maker in maker.add("Relu", [try clip(&maker, "x", -1, 2)]) }),
            (
                0, 2,
                { maker in maker.add("Min", [maker.add("Max", ["x", try maker.scalar(0)]), try maker.scalar(2)]) }
            ),
            (-1, 1, { maker in try clip(&maker, try clip(&maker, "x", -1, 2), -2, 1) }),
            (1, 1, { maker in try clip(&maker, try clip(&maker, "x", -2, -1), 1, 2) }),
        ]
        for (low, high, spelling) in spellings {
            let (result, _) = try expectUnchanged(try graph(spelling), by: ActivationFusion())
            #expect(result.operators == ["Clip"])
            #expect(try result.floats(of: result.nodes[0].input(1)) == [low])
            #expect(try result.floats(of: result.nodes[0].input(2)) == [high])
        }
    }

    @Test("Bounds that differ per element, come from outside or are read in between stay")
    func keptBounds() throws {
        let vector = try graph { maker in maker.add("Max", ["x", try maker.random([25])]) }
        let broadcast = try graph { maker in maker.add("Max", ["x", try maker.constant([0], [1, 1, 1])]) }
        let tapped = try graph { maker in
            let positive = maker.add("Relu", ["x"])
            maker.output(positive)
            return try clip(&maker, positive, 0, 6)
        }
        for graph in [vector, broadcast, tapped] {
            #expect(try expectUnchanged(graph, by: ActivationFusion()).changes == 0)
        }
    }

    @Test("HardSwish in every spelling")
    func hardSwish() throws {
        func relu6(_ maker: inout GraphMaker) throws -> ValueName {
            try clip(&maker, maker.add("Add", [try maker.scalar(3), "x"]), 0, 6)
        }
        try check(
            [
                { maker in maker.add("Div", [maker.add("Mul", ["x", try relu6(&maker)]), try maker.scalar(6)]) },
                { maker in maker.add("Mul", ["x", maker.add("Div", [try relu6(&maker), try maker.scalar(6)])]) },
                { maker in maker.add("Mul", [try maker.scalar(1 / 6), maker.add("Mul", [try relu6(&maker), "x"])]) },
                { maker in maker.add("Mul", [maker.add("Mul", [try relu6(&maker), try maker.scalar(1 / 6)]), "x"]) },
                { maker in maker.add("Mul", [maker.add("Div", ["x", try maker.scalar(6)]), try relu6(&maker)]) },
                { maker in
                    let positive = maker.add("Relu", [maker.add("Add", ["x", try maker.scalar(3)])])
                    let six = maker.add("Min", [positive, try maker.scalar(6)])
                    return maker.add("Div", [maker.add("Mul", ["x", six]), try maker.scalar(6)])
                },
                { maker in
                    maker.add(
                        "Mul", ["x", maker.add("HardSigmoid", ["x"], ["alpha": .float(1 / 6), "beta": .float(0.5)])])
                },
            ], become: ["HardSwish"])
    }

    @Test("The gate alone is HardSigmoid")
    func hardSigmoid() throws {
        try check(
            [
                { maker in
                    maker.add(
                        "Div",
                        [try clip(&maker, maker.add("Add", ["x", try maker.scalar(3)]), 0, 6), try maker.scalar(6)])
                }
            ], become: ["HardSigmoid"], changes: 1)
    }

    @Test("Gelu by Erf in every spelling")
    func geluErf() throws {
        func gate(_ maker: inout GraphMaker) throws -> ValueName {
            let scaled = maker.add("Div", ["x", try maker.scalar(Float(2).squareRoot())])
            return maker.add("Add", [maker.add("Erf", [scaled]), try maker.scalar(1)])
        }
        try check(
            [
                { maker in maker.add("Mul", [maker.add("Mul", ["x", try gate(&maker)]), try maker.scalar(0.5)]) },
                { maker in maker.add("Mul", [maker.add("Mul", ["x", try maker.scalar(0.5)]), try gate(&maker)]) },
                { maker in maker.add("Mul", ["x", maker.add("Mul", [try maker.scalar(0.5), try gate(&maker)])]) },
                { maker in maker.add("Div", [maker.add("Mul", ["x", try gate(&maker)]), try maker.scalar(2)]) },
                { maker in
                    let erf = maker.add("Erf", [maker.add("Mul", [try maker.scalar(Float(0.5).squareRoot()), "x"])])
                    let gate = maker.add("Add", [try maker.scalar(1), erf])
                    return maker.add("Mul", [maker.add("Mul", ["x", gate]), try maker.scalar(0.5)])
                },
            ], become: ["Gelu"], changes: 1)
    }

    @Test("A number with more axes than the value beside it adds axes to the result, which no activation does")
    func addedAxes() throws {
        let spellings: [Body] = [
            { maker in
                let erf = maker.add("Erf", [maker.add("Div", ["x", try maker.scalar(Float(2).squareRoot())])])
                let gate = maker.add("Add", [erf, try maker.scalar(1)])
                return maker.add("Mul", [maker.add("Mul", ["x", gate]), try maker.constant([0.5], [1, 1, 1])])
            },
            { maker in
                let power = maker.add("Exp", [maker.add("Neg", ["x"])])
                return maker.add("Reciprocal", [maker.add("Add", [power, try maker.constant([1], [1, 1, 1])])])
            },
        ]
        for spelling in spellings {
            let (_, changes) = try expectUnchanged(try graph(spelling), by: ActivationFusion())
            #expect(changes == 0)
        }
    }

    @Test("Gelu by Tanh in every spelling")
    func geluTanh() throws {
        func gelu(_ maker: inout GraphMaker, _ argument: ValueName) throws -> ValueName {
            let gate = maker.add("Add", [maker.add("Tanh", [argument]), try maker.scalar(1)])
            return maker.add("Mul", [maker.add("Mul", ["x", try maker.scalar(0.5)]), gate])
        }
        let root = Float((2 / Double.pi).squareRoot())
        let spellings: [Body] = [
            { maker in
                let cube = maker.add("Pow", ["x", try maker.scalar(3)])
                let sum = maker.add("Add", ["x", maker.add("Mul", [cube, try maker.scalar(0.044715)])])
                return try gelu(&maker, maker.add("Mul", [sum, try maker.scalar(root)]))
            },
            { maker in
                let cube = maker.add("Mul", [maker.add("Mul", ["x", "x"]), "x"])
                let sum = maker.add("Add", [maker.add("Mul", [try maker.scalar(0.044715), cube]), "x"])
                return try gelu(&maker, maker.add("Mul", [try maker.scalar(root), sum]))
            },
            { maker in
                let square = maker.add("Mul", [maker.add("Mul", ["x", try maker.scalar(0.044715)]), "x"])
                let sum = maker.add("Add", [try maker.scalar(1), square])
                return try gelu(&maker, maker.add("Mul", [maker.add("Mul", ["x", try maker.scalar(root)]), sum]))
            },
        ]
        try check(spellings, become: ["Gelu"], changes: 1)
    }

    @Test("Near misses stay: another value, another constant")
    func nearMisses() throws {
        let otherConstant = try graph { maker in
            let gate = maker.add(
                "Add", [maker.add("Erf", [maker.add("Mul", ["x", try maker.scalar(0.7)])]), try maker.scalar(1)])
            return maker.add("Mul", [maker.add("Mul", ["x", gate]), try maker.scalar(0.5)])
        }
        let otherValue = try graph { maker in
            let gate = maker.add("HardSigmoid", ["x"], ["alpha": .float(1 / 6), "beta": .float(0.5)])
            return maker.add("Mul", [maker.add("Neg", ["x"]), gate])
        }
        let otherSlope = try graph { maker in maker.add("Mul", ["x", maker.add("HardSigmoid", ["x"])]) }
        for graph in [otherConstant, otherValue, otherSlope] {
            #expect(try expectUnchanged(graph, by: ActivationFusion()).changes == 0)
        }
    }

    @Test(
        "Operators that a file's operator set lacks are not made",
        arguments: [(13, ["HardSigmoid", "Mul"]), (14, ["HardSwish"])])
    func opset(version: Int, operators: [String]) throws {
        let graph = try graph { maker in
            let clipped = try clip(&maker, maker.add("Add", ["x", try maker.scalar(3)]), 0, 6)
            return maker.add("Mul", ["x", maker.add("Div", [clipped, try maker.scalar(6)])])
        }
        #expect(try expectUnchanged(graph, by: ActivationFusion(opset: version)).graph.operators == operators)
    }
}
