import CBitdepthKernels
import Testing

/// `[outer, extent, inner]` with remainders of registers, chunks and blocks.
struct LaneShape: Sendable, CustomTestStringConvertible {
    var outer: Int
    var extent: Int
    var inner: Int
    var testDescription: String { "\(outer)×\(extent)×\(inner)" }
    var count: Int { outer * extent * inner }
    var parts: Int { inner == 1 ? outer : outer * ((inner + Int(BD_COLUMNS) - 1) / Int(BD_COLUMNS)) }

    static let all: [LaneShape] = [
        (1, 1, 1), (3, 7, 1), (2, 31, 1), (2, 32, 1), (3, 33, 1), (1, 5000, 1), (2, 3, 5), (2, 70, 31), (2, 65, 32),
        (1, 200, 33), (3, 9, 70),
    ].map { LaneShape(outer: $0.0, extent: $0.1, inner: $0.2) }

    /// The elements of each lane, lanes in the order of the results.
    func lanes(_ elements: [Float]) -> [[Double]] {
        (0..<outer * inner).map { lane in
            let first = lane / inner * extent * inner + lane % inner
            return (0..<extent).map { Double(elements[first + $0 * inner]) }
        }
    }
}

@Suite("Reductions")
struct ReductionKernelTests {
    static let operations: [bd_reduction] = [
        BD_REDUCE_SUM, BD_REDUCE_SQUARES, BD_REDUCE_MAGNITUDES, BD_REDUCE_MAXIMUM, BD_REDUCE_MINIMUM,
    ]

    private func run(
        _ operation: bd_reduction, _ shape: LaneShape, _ elements: [Float], on table: bd_kernels, root: Bool = false,
        cuts: [Int] = []
    ) throws -> [Float] {
        let kernel = try #require(table.sreduce)
        let input = KernelMemory(elements), output = KernelMemory<Float>(count: shape.outer * shape.inner)
        var job = bd_reduce(
            operation: operation, input: input.start, output: output.start, extent: Int64(shape.extent),
            inner: Int64(shape.inner), divisor: 2, takes_root: root)
        let bounds = ([0, shape.parts] + cuts).sorted()
        for (begin, end) in zip(bounds, bounds.dropFirst()) { kernel(&job, Int64(begin), Int64(end)) }
        #expect(output.bytes.suffix(Int(BD_GUARD)).allSatisfy { $0 == 0xA5 })
        return (0..<output.count).map { output.start[$0] }
    }

    private func exact(_ operation: bd_reduction, _ lane: [Double]) -> Double {
        switch operation {
        case BD_REDUCE_SUM: lane.reduce(0, +)
        case BD_REDUCE_SQUARES: lane.reduce(0) { $0 + $1 * $1 }
        case BD_REDUCE_MAGNITUDES: lane.reduce(0) { $0 + abs($1) }
        case BD_REDUCE_MAXIMUM: lane.max() ?? -.infinity
        default: lane.min() ?? .infinity
        }
    }

    @Test("Sums and extremes are those of Double arithmetic, to the same bits on every table", arguments: LaneShape.all)
    func values(_ shape: LaneShape) throws {
        var numbers = SeededNumbers(seed: shape.count)
        let elements = numbers.floats(shape.count)
        for operation in Self.operations {
            let root = operation == BD_REDUCE_SQUARES
            let expected = try run(operation, shape, elements, on: KernelTable.supported[0].entries, root: root)
            for (lane, value) in zip(shape.lanes(elements), expected) {
                let size = lane.reduce(0) { $0 + abs($1) }
                var exact = exact(operation, lane) / 2
                if root { exact = exact.squareRoot() }
                #expect(abs(Double(value) - exact) <= 1e-6 * max(size, 1), "operation \(operation.rawValue)")
            }
            for table in KernelTable.supported {
                let cuts = (0..<3).map { _ in numbers.integer(0...shape.parts) }
                let found = try run(operation, shape, elements, on: table.entries, root: root, cuts: cuts)
                #expect(
                    KernelChecks.firstDifference(found, expected) == nil, "\(table), operation \(operation.rawValue)")
            }
        }
    }

    @Test("An extreme is NaN where an element is, wherever it stands", arguments: [0, 31, 40, 69])
    func nan(position: Int) throws {
        for shape in [LaneShape(outer: 1, extent: 70, inner: 1), LaneShape(outer: 1, extent: 70, inner: 3)] {
            var elements = [Float](repeating: 1, count: shape.count)
            elements[position * shape.inner] = .nan
            for table in KernelTable.supported {
                for operation in [BD_REDUCE_MAXIMUM, BD_REDUCE_MINIMUM] {
                    let found = try run(operation, shape, elements, on: table.entries)
                    #expect(found[0].isNaN && found.dropFirst().allSatisfy { $0 == 0.5 }, "\(table): \(found)")
                }
            }
        }
    }

    @Test("Column sums are those of each column, of elements or of squared deviations", arguments: [1, 31, 32, 33, 70])
    func columns(_ columns: Int) throws {
        var numbers = SeededNumbers(seed: columns)
        let (rows, begin) = (130, 3)
        let elements = numbers.floats(rows * columns), shifts = numbers.floats(columns)
        let first = try #require(KernelTable.supported.first)
        for isShifted in [false, true] {
            func run(_ table: KernelTable) throws -> [Float] {
                var sums = [Float](repeating: 7, count: columns)
                let kernel = try #require(table.entries.scolumns)
                kernel(
                    elements, isShifted ? shifts : nil, &sums, Int64(columns), Int64(begin), Int64(rows))
                return sums
            }
            let expected = try run(first)
            for column in 0..<columns {
                let exact = (begin..<rows).reduce(0.0) { sum, row in
                    let x = Double(elements[row * columns + column])
                    let deviation = x - Double(shifts[column])
                    return sum + (isShifted ? deviation * deviation : x)
                }
                #expect(abs(Double(expected[column]) - exact) <= 1e-4)
            }
            for table in KernelTable.supported {
                #expect(KernelChecks.firstDifference(try run(table), expected) == nil, "\(table)")
            }
        }
    }
}
