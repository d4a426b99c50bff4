import BitdepthTensors
import Testing

@testable import BitdepthInspection

@Suite("Outputs of a run")
struct OutputValuesTests {
    @Test("Small outputs are listed in JSON, with the digits that people would write")
    func small() throws {
        let values = try OutputValues([("y", try Tensor([Float(0.1), -2], shape: [1, 2]))])
        let text = values.json(isFull: false).text(indented: false)
        #expect(text.contains("\"name\":\"y\",\"type\":\"f32\",\"shape\":[1,2]"))
        #expect(text.contains("\"values\":[0.1,-2]"))
    }

    @Test(
        "Large ones are summarised unless all is asked for",
        arguments: [(1000, false, true), (1001, false, false), (1001, true, true)])
    func large(count: Int, isFull: Bool, isListed: Bool) throws {
        let values = try OutputValues([("y", try Tensor([Float](repeating: 1, count: count)))])
        let text = values.json(isFull: isFull).text(indented: false)
        #expect(text.contains("\"values\":") == isListed)
        #expect(text.contains("\"elements\":\(count)"))
    }

    @Test("Integers stay integers, NaN becomes null and is told")
    func kinds() throws {
        let integers = try OutputValues([("i", try Tensor([Int64(1) << 40, -3]))]).json(isFull: true).text(
            indented: false)
        #expect(integers.contains("\"values\":[1099511627776,-3]"))
        let values = try OutputValues([("f", try Tensor([Float.nan, 1]))])
        #expect(values.json(isFull: true).text(indented: false).contains("\"values\":[null,1]"))
        #expect(values.text(classes: 5).lines().contains { $0.contains("1 elements of f are NaN or infinite") })
    }

    @Test("The best classes stand by score, the first of equal ones first")
    func classes() throws {
        let scores = try #require(ClassScores(try Shape([2, 3]), [1, 5, 5, .nan, -1, 0]))
        #expect(scores.best(of: 0, 2).map(\.index) == [1, 2])
        #expect(scores.best(of: 1, 5).map(\.index) == [2, 1])
    }

    @Test("Rows that are distributions show shares")
    func shares() throws {
        let values = try OutputValues([("p", try Tensor([Float(0.25), 0.75], shape: [1, 2]))])
        #expect(values.text(classes: 1).lines().contains { $0.contains("1  75.0 %") })
    }
}
