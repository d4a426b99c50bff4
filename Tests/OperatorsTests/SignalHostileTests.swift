import BitdepthGraphs
import BitdepthTensors
import Testing

@testable import BitdepthOperators

/// Nodes as a broken or malicious file may hold them: each is an error at evaluation and never a trap.
@Suite("Hostile signal operators") struct SignalHostileTests {
    static let cases: [HostileNode] = (try? makeCases()) ?? []

    private static func makeCases() throws -> [HostileNode] {
        let x = try Tensor(zeros: try Shape([2, 6, 1]), type: .float32)
        let complex = try Tensor(zeros: try Shape([2, 6, 2]), type: .float32)
        let empty = try Tensor(zeros: try Shape([2, 0, 2]), type: .float32)
        let half: [(String, Attribute)] = [("onesided", .int(1))]
        let one = try Tensor.ints([1], [])
        var cases = [
            HostileNode("DFT", [try .floats([1])]),
            HostileNode("DFT", [try .floats([1], [])]),
            HostileNode("DFT", [try .floats([1, 2, 3], [1, 3])]),
            HostileNode("DFT", [try .ints([1, 2], [2, 1])]),
            HostileNode("DFT", [x, try .floats([4])]),
            HostileNode("DFT", [x, try .ints([4, 4])]),
            HostileNode("DFT", half, [complex]),
            HostileNode("DFT", half + [("inverse", .int(1))], [x]),
            HostileNode("DFT", half + [("inverse", .int(1))], [empty]),
            HostileNode("DFT", half + [("inverse", .int(1))], [try Tensor(zeros: try Shape([1, 2]), type: .float32)]),
            HostileNode("DFT", [("inverse", .float(1))], [x]),
            HostileNode("STFT", [x, try .ints([0], [])]),
            HostileNode("STFT", [x, try .ints([.min], [])]),
            HostileNode("STFT", [x, one, try .floats([])]),
            HostileNode("STFT", [x, one, try .floats([1, 2, 3, 4, 5, 6, 7])]),
            HostileNode("STFT", [x, one, try .floats([1, 2], [1, 2])]),
            HostileNode("STFT", [x, one, try .floats([1, 2]), try .ints([3], [])]),
            HostileNode("STFT", [x, one, nil, try .ints([.max], [])]),
            HostileNode("STFT", [x, one, nil, try .ints([-1], [])]),
            HostileNode("STFT", [x, one, nil, try .ints([7], [])]),
            HostileNode("STFT", [complex, one]),
            HostileNode("STFT", [try .floats([1, 2]), one]),
            HostileNode("STFT", [empty, one]),
        ]
        for length in [0, -1, .min, .max, 1 << 40] {
            cases.append(HostileNode("DFT", [x, try .ints([length], [])]))
        }
        for axis in [2, -1, 3, -4, .min, .max] {
            cases.append(HostileNode("DFT", [x, nil, try .ints([axis], [])]))
        }
        for name in ["HannWindow", "HammingWindow", "BlackmanWindow"] as [OperatorName] {
            for size in [-1, .min, .max, 1 << 40] { cases.append(HostileNode(name, [try .ints([size], [])])) }
            cases.append(HostileNode(name, [try .ints([4, 4])]))
            cases.append(HostileNode(name, [try .floats([4], [])]))
            cases.append(HostileNode(name, [("output_datatype", .int(8))], [one]))
            cases.append(HostileNode(name, [("output_datatype", .int(9))], [one]))
            cases.append(HostileNode(name, [("output_datatype", .int(.min))], [one]))
        }
        let mel: [Tensor?] = [
            one, try .ints([16], []), try .ints([100], []), try .floats([0], []), try .floats([50], []),
        ]
        for (position, values) in [(0, [-1, .max]), (1, [0, -4, .max, .min]), (2, [0, -8, .min])] {
            for value in values {
                var inputs = mel
                inputs[position] = try .ints([value], [])
                cases.append(HostileNode("MelWeightMatrix", inputs))
            }
        }
        for position in [3, 4] {
            for value in [Float.nan, .infinity, -1] {
                var inputs = mel
                inputs[position] = try .floats([value], [])
                cases.append(HostileNode("MelWeightMatrix", inputs))
            }
        }
        return cases
    }

    @Test("Each is refused with an error", arguments: cases)
    func refused(_ hostile: HostileNode) {
        #expect(throws: BitdepthError.self) { try hostile.evaluate() }
        hostile.inferWithAndWithoutConstants()
    }

    @Test("The list of cases could be made")
    func listed() { #expect(SignalHostileTests.cases.count > 70) }
}
