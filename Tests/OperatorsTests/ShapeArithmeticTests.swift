import BitdepthGraphs
import BitdepthTensors
import Testing

@testable import BitdepthOperators

@Suite("Shape arithmetic") struct ShapeArithmeticTests {
    @Test("The usual export of a flattening view is followed to a constant shape")
    func view() throws {
        // reshape(x, (x.shape[0], -1)) as PyTorch writes it.
        let x = Fact(.float32, try Shape([2, 3, 4]))
        let shape = try OneNode("Shape").infer([x])[0]
        let batch = try OneNode("Gather").infer([shape, Fact(constant: try Tensor(scalar: Int64(0)))])[0]
        let batchVector = try OneNode("Unsqueeze").infer([batch, Fact(constant: try .ints([0]))])[0]
        let target = try OneNode("Concat", [("axis", .int(0))]).infer([batchVector, Fact(constant: try .ints([-1]))])[0]
        #expect(try target.constant?.integers() == [2, -1])
        #expect(try OneNode("Reshape").infer([x, target])[0].type.shape.shape?.dimensions == [2, 12])
    }

    @Test("Known extents of a partly unknown shape are constant where start and end pick them out")
    func partOfShape() throws {
        let x = Fact(.float32, PartialShape([.unknown, .known(3), .known(4)]))
        #expect(try OneNode("Shape").infer([x])[0].constant == nil)
        #expect(try OneNode("Shape").infer([x])[0].type.shape.shape?.dimensions == [3])
        #expect(try OneNode("Shape", [("start", .int(-2))]).infer([x])[0].constant?.integers() == [3, 4])
    }

    @Test("Constants go through arithmetic, comparison and choice")
    func arithmetic() throws {
        func fact(_ values: [Int]) throws -> Fact { Fact(constant: try .ints(values)) }
        let half = try OneNode("Div").infer([try fact([7]), try fact([2])])[0]
        let isThree = try OneNode("Equal").infer([half, try fact([3])])[0]
        let chosen = try OneNode("Where").infer([isThree, half, try fact([0])])[0]
        #expect(try chosen.constant?.integers() == [3])
        let range = try OneNode("Range").infer([0, 7, 3].map { Fact(constant: try Tensor(scalar: Int64($0))) })[0]
        #expect(try range.constant?.integers() == [0, 3, 6])
        #expect(try OneNode("ReduceProd").infer([range])[0].constant?.integers() == [0])
        let cast = try OneNode("Cast", [("to", .int(1))]).infer([range])[0]
        #expect(try cast.constant?.floats() == [0, 3, 6])
    }

    @Test("A large constant result stays a type, which costs no memory")
    func large() throws {
        let shape = Fact(constant: try .ints([1 << 20, 1 << 20]))
        let expanded = try OneNode("Expand").infer([Fact(constant: try .floats([1])), shape])[0]
        #expect(expanded.constant == nil)
        #expect(expanded.type.shape.shape?.count == 1 << 40)
    }

    @Test("Ranges count down, end before their limit, and may be empty")
    func range() throws {
        func range(_ start: Int, _ limit: Int, _ delta: Int) throws -> [Int] {
            try OneNode("Range")(
                try Tensor(scalar: Int64(start)), try Tensor(scalar: Int64(limit)), try Tensor(scalar: Int64(delta))
            ).integers()
        }
        #expect(try range(10, 4, -2) == [10, 8, 6])
        #expect(try range(10, 3, -2) == [10, 8, 6, 4])
        #expect(try range(3, 10, -1) == [])
        let floats = try OneNode("Range")(
            try Tensor(scalar: Float(0)), try Tensor(scalar: Float(1)), try Tensor(scalar: Float(0.25)))
        #expect(try floats.floats() == [0, 0.25, 0.5, 0.75])
    }

    @Test("ConstantOfShape fills any type with its value")
    func constantOfShape() throws {
        let value = Attribute.tensor(try .ints([-3], [1], .int4))
        let y = try OneNode("ConstantOfShape", [("value", value)])(try .ints([3]))
        #expect(y.type == .int4)
        #expect(try y.integers() == [-3, -3, -3])
        #expect(try OneNode("ConstantOfShape")(try .ints([])).floats() == [0])
    }

    @Test("Unknown extents broadcast to what is certain")
    func broadcasting() throws {
        let a = PartialShape([.symbol("n"), .unknown, .known(4), .symbol("n")])
        let b = PartialShape([.known(5), .known(1), .symbol("n")])
        let both = try PartialShape.broadcast(a, b)
        #expect(both == PartialShape([.symbol("n"), .known(5), .known(4), .symbol("n")]))
        #expect(throws: BitdepthError.self) {
            try PartialShape.broadcast(PartialShape([.known(2)]), PartialShape([.known(3)]))
        }
    }
}
