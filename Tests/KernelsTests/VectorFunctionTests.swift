import CBitdepthKernels
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// A function of the kernels and what the operator specification makes of it in Double arithmetic.
struct VectorFunctionCase: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var code: bd_function
    var alpha: Float = 0
    var beta: Float = 0
    var exact: @Sendable (Double) -> Double

    static let all: [VectorFunctionCase] = [
        .init(testDescription: "Sigmoid", code: BD_FUNCTION_SIGMOID) { sigmoid($0) },
        .init(testDescription: "Tanh", code: BD_FUNCTION_TANH) { tanh($0) },
        .init(testDescription: "Exp", code: BD_FUNCTION_EXP) { exp($0) },
        .init(testDescription: "Log", code: BD_FUNCTION_LOG) { log($0) },
        .init(testDescription: "Sqrt", code: BD_FUNCTION_SQRT) { $0.squareRoot() },
        .init(testDescription: "Reciprocal", code: BD_FUNCTION_RECIPROCAL) { 1 / $0 },
        .init(testDescription: "Abs", code: BD_FUNCTION_ABSOLUTE) { abs($0) },
        .init(testDescription: "Neg", code: BD_FUNCTION_NEGATE) { -$0 },
        .init(testDescription: "square", code: BD_FUNCTION_SQUARE) { $0 * $0 },
        .init(testDescription: "Erf", code: BD_FUNCTION_ERF) { erf($0) },
        .init(testDescription: "Gelu", code: BD_FUNCTION_GELU) { $0 / 2 * (1 + erf($0 * 0.5.squareRoot())) },
        .init(testDescription: "Gelu by tanh", code: BD_FUNCTION_GELU_TANH) { x in
            x / 2 * (1 + tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
        },
        .init(testDescription: "Swish", code: BD_FUNCTION_SWISH, alpha: 1.5) { $0 * sigmoid(1.5 * $0) },
        .init(testDescription: "HardSigmoid", code: BD_FUNCTION_HARD_SIGMOID, alpha: 0.25, beta: 0.5) { x in
            min(max(x / 4 + 0.5, 0), 1)
        },
        .init(testDescription: "HardSwish", code: BD_FUNCTION_HARD_SWISH, alpha: 0.25, beta: 0.5) { x in
            x * min(max(x / 4 + 0.5, 0), 1)
        },
        .init(testDescription: "Mish", code: BD_FUNCTION_MISH) { $0 * tanh(softplus($0)) },
        .init(testDescription: "Softplus", code: BD_FUNCTION_SOFTPLUS) { softplus($0) },
        .init(testDescription: "Softsign", code: BD_FUNCTION_SOFTSIGN) { $0 / (1 + abs($0)) },
        .init(testDescription: "LeakyRelu", code: BD_FUNCTION_LEAKY_RELU, alpha: 0.125) { $0 < 0 ? $0 / 8 : $0 },
        .init(testDescription: "Selu", code: BD_FUNCTION_ELU, alpha: 1.5, beta: 1.25) { x in
            1.25 * (x < 0 ? 1.5 * expm1(x) : x)
        },
        .init(testDescription: "Celu", code: BD_FUNCTION_CELU, alpha: 0.5) { $0 < 0 ? 0.5 * expm1($0 / 0.5) : $0 },
    ]

    private static func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
    private static func softplus(_ x: Double) -> Double { max(x, 0) + log1p(exp(-abs(x))) }

    func run(_ elements: [Float], on table: bd_kernels, cuts: [Int] = []) throws -> [Float] {
        let kernel = try #require(table.sunary)
        let input = KernelMemory(elements), output = KernelMemory<Float>(count: elements.count)
        var job = bd_sunary(function: code, alpha: alpha, beta: beta, input: input.start, output: output.start)
        let bounds = ([0, elements.count] + cuts).sorted()
        for (begin, end) in zip(bounds, bounds.dropFirst()) { kernel(&job, Int64(begin), Int64(end)) }
        #expect(output.bytes.suffix(Int(BD_GUARD)).allSatisfy { $0 == 0xA5 }, "\(testDescription) wrote too far")
        return (0..<elements.count).map { output.start[$0] }
    }
}

@Suite("Vector functions")
struct VectorFunctionTests {
    /// Small, middling and large numbers of both signs, and special ones.
    private func elements(_ count: Int, seed: Int) -> [Float] {
        var numbers = SeededNumbers(seed: seed)
        return (0..<count).map { index in
            let scale: Float = [0.001, 1, 5, 30][index % 4]
            return Float.random(in: -scale...scale, using: &numbers)
        }
    }

    @Test(
        "A function is that of the specification to 1e-6 of the larger of 1, |x| and the result",
        arguments: VectorFunctionCase.all)
    func accuracy(_ function: VectorFunctionCase) throws {
        let elements = elements(4000, seed: 1)
        for table in KernelTable.supported {
            for (x, y) in zip(elements, try function.run(elements, on: table.entries)) {
                let exact = function.exact(Double(x))
                if exact.isNaN {
                    #expect(y.isNaN, "\(x) on \(table)")
                    continue
                }
                let bound = 1e-6 * max(1, abs(exact), abs(Double(x)))
                #expect(abs(Double(y) - exact) <= bound, "\(x): \(y), exactly \(exact), on \(table)")
            }
        }
    }

    @Test("Every table gives the same bits, whatever the count and the ranges", arguments: VectorFunctionCase.all)
    func bitEquality(_ function: VectorFunctionCase) throws {
        for count in [0, 1, 7, 8, 15, 16, 17, 33, 100] {
            var numbers = SeededNumbers(seed: count)
            let elements = elements(count, seed: count) + numbers.floats(20, special: 500)
            let expected = try function.run(elements, on: KernelTable.supported[0].entries)
            for table in KernelTable.supported {
                let found = try function.run(elements, on: table.entries, cuts: numbers.cuts(elements.count))
                #expect(KernelChecks.firstDifference(found, expected) == nil, "\(table), \(count) elements")
            }
        }
    }

    @Test("NaN stays NaN, and exponentials and logarithms reach their limits")
    func limits() throws {
        let exponential = try #require(VectorFunctionCase.all.first { $0.code == BD_FUNCTION_EXP })
        let logarithm = try #require(VectorFunctionCase.all.first { $0.code == BD_FUNCTION_LOG })
        for table in KernelTable.supported {
            for function in VectorFunctionCase.all {
                #expect(try function.run([.nan], on: table.entries)[0].isNaN, "\(function.testDescription) on \(table)")
            }
            #expect(
                try exponential.run([.infinity, -.infinity, 100, -200, 0], on: table.entries) == [
                    .infinity, 0, .infinity, 0, 1,
                ])
            #expect(try logarithm.run([0, .infinity, 1], on: table.entries) == [-.infinity, .infinity, 0])
            #expect(try logarithm.run([-1], on: table.entries)[0].isNaN)
            let tiny = try logarithm.run([Float.leastNonzeroMagnitude], on: table.entries)[0]
            #expect(abs(tiny - -103.27893) < 1e-4)
        }
    }
}
