import CBitdepthKernels
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

@Suite("Softmax and normalizations")
struct NormalizationKernelTests {
    private func softmax(
        _ shape: LaneShape, _ elements: [Float], isLogarithm: Bool, on table: bd_kernels
    ) throws -> [Float] {
        let input = KernelMemory(elements), output = KernelMemory<Float>(count: elements.count)
        var job = bd_softmax(
            input: input.start, output: output.start, extent: Int64(shape.extent), inner: Int64(shape.inner),
            is_logarithm: isLogarithm)
        let middle = Int64(shape.parts / 2)
        let kernel = try #require(table.ssoftmax)
        kernel(&job, middle, Int64(shape.parts))
        kernel(&job, 0, middle)
        #expect(output.bytes.suffix(Int(BD_GUARD)).allSatisfy { $0 == 0xA5 })
        return (0..<elements.count).map { output.start[$0] }
    }

    @Test(
        "Softmax and its logarithm are those of Double arithmetic, with the same bits on every table",
        arguments: LaneShape.all)
    func softmax(_ shape: LaneShape) throws {
        var numbers = SeededNumbers(seed: shape.count)
        let elements = numbers.floats(shape.count).map { $0 * 20 }
        for isLogarithm in [false, true] {
            let expected = try softmax(
                shape, elements, isLogarithm: isLogarithm, on: KernelTable.supported[0].entries)
            for (lane, found) in zip(shape.lanes(elements), shape.lanes(expected)) {
                let peak = lane.max() ?? 0
                let sum = lane.reduce(0) { $0 + exp($1 - peak) }
                for (x, y) in zip(lane, found) {
                    let exact = isLogarithm ? x - peak - log(sum) : exp(x - peak) / sum
                    #expect(abs(y - exact) <= 1e-5 * abs(exact) + 1e-6, "\(x)")
                }
            }
            for table in KernelTable.supported {
                let found = try softmax(shape, elements, isLogarithm: isLogarithm, on: table.entries)
                #expect(KernelChecks.firstDifference(found, expected) == nil, "\(table)")
            }
        }
    }

    @Test("What softmax masks by minus infinity has no weight at all")
    func masked() throws {
        let shape = LaneShape(outer: 1, extent: 4, inner: 1)
        for table in KernelTable.supported {
            let found = try softmax(shape, [0, -.infinity, 0, -.infinity], isLogarithm: false, on: table.entries)
            #expect(found == [0.5, 0, 0.5, 0])
        }
    }

    @Test("Rows get mean 0 and variance 1, then scale and bias", arguments: [1, 5, 32, 33, 100, 9000])
    func rows(_ length: Int) throws {
        var numbers = SeededNumbers(seed: length)
        let rows = 3
        let elements = numbers.floats(rows * length).map { $0 * 3 + 2 }
        let scale = numbers.floats(length), bias = numbers.floats(length)
        for isCentered in [true, false] {
            for hasBias in [true, false] {
                func run(_ table: bd_kernels) throws -> [Float] {
                    var output = [Float](repeating: 7, count: elements.count)
                    let kernel = try #require(table.snormalize)
                    elements.withUnsafeBufferPointer { x in
                        scale.withUnsafeBufferPointer { scale in
                            bias.withUnsafeBufferPointer { bias in
                                output.withUnsafeMutableBufferPointer { output in
                                    var job = bd_normalize(
                                        input: x.baseAddress, scale: scale.baseAddress,
                                        bias: hasBias ? bias.baseAddress : nil, output: output.baseAddress,
                                        length: Int64(length), epsilon: 0.01, is_centered: isCentered)
                                    kernel(&job, 0, Int64(rows))
                                }
                            }
                        }
                    }
                    return output
                }
                let expected = try run(KernelTable.supported[0].entries)
                for row in 0..<rows {
                    let x = elements[row * length..<(row + 1) * length].map(Double.init)
                    let mean = isCentered ? x.reduce(0, +) / Double(length) : 0
                    let variance = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(length)
                    for i in 0..<length {
                        let unit = (x[i] - mean) / (variance + 0.01).squareRoot()
                        let exact = unit * Double(scale[i]) + (hasBias ? Double(bias[i]) : 0)
                        #expect(abs(Double(expected[row * length + i]) - exact) <= 1e-5)
                    }
                }
                for table in KernelTable.supported {
                    #expect(KernelChecks.firstDifference(try run(table.entries), expected) == nil, "\(table)")
                }
            }
        }
    }

    @Test("Factors and summands are one per row or one per column", arguments: [1, 15, 16, 17, 40])
    func affine(_ columns: Int) throws {
        var numbers = SeededNumbers(seed: columns)
        let rows = 3
        let elements = numbers.floats(rows * columns)
        let scale = numbers.floats(max(rows, columns)), bias = numbers.floats(max(rows, columns))
        for isPerRow in [true, false] {
            let expected = elements.indices.map { index in
                let place = isPerRow ? index / columns : index % columns
                return bias[place].addingProduct(elements[index], scale[place])
            }
            for table in KernelTable.supported {
                let (x, s, b) = (KernelMemory(elements), KernelMemory(scale), KernelMemory(bias))
                let output = KernelMemory<Float>(count: elements.count)
                var job = bd_affine(
                    input: x.start, scale: s.start, bias: b.start, output: output.start, columns: Int64(columns),
                    is_per_row: isPerRow)
                let kernel = try #require(table.entries.saffine)
                kernel(&job, 0, Int64(rows))
                let found = (0..<elements.count).map { output.start[$0] }
                #expect(KernelChecks.firstDifference(found, expected) == nil, "\(table)")
            }
        }
    }

    @Test("An operand that is one number stands for as many as the other has", arguments: [1, 7, 16, 33])
    func broadcast(_ count: Int) throws {
        var numbers = SeededNumbers(seed: count)
        let left = numbers.floats(count), right = numbers.floats(count)
        for operation in [BD_ADD, BD_SUBTRACT, BD_MULTIPLY, BD_DIVIDE] {
            for (leftStep, rightStep) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
                let expected = (0..<count).map { index -> Float in
                    let (a, b) = (left[index * leftStep], right[index * rightStep])
                    let value =
                        switch operation {
                        case BD_ADD: a + b
                        case BD_SUBTRACT: a - b
                        case BD_MULTIPLY: a * b
                        default: a / b
                        }
                    return min(max(value, -0.5), 2)
                }
                for table in KernelTable.supported {
                    let (a, b) = (KernelMemory(left), KernelMemory(right))
                    let output = KernelMemory<Float>(count: count)
                    var job = bd_sbroadcast(
                        binary: bd_sbinary(
                            operation: operation, left: a.start, right: b.start, output: output.start, minimum: -0.5,
                            maximum: 2), left_step: Int64(leftStep), right_step: Int64(rightStep))
                    let kernel = try #require(table.entries.sbroadcast)
                    kernel(&job, 0, Int64(count))
                    #expect((0..<count).map { output.start[$0] } == expected, "\(table), \(operation.rawValue)")
                }
            }
        }
    }
}
