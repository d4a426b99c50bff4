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

    /// Images, pixels, channels: one block and several, whole chunks of channels and pieces of them.
    static let images = [(1, 1, 1), (2, 40, 3), (1, 512, 32), (1, 600, 33), (2, 530, 70), (1, 1000, 16), (3, 31, 48)]

    @Test(
        "Sums of channels are those of Double arithmetic, with the same bits in both layouts and on every table",
        arguments: images)
    func channels(_ images: Int, _ pixels: Int, _ channels: Int) throws {
        var numbers = SeededNumbers(seed: pixels + channels)
        let planes = numbers.floats(images * pixels * channels)
        let shifts = numbers.floats(images * channels)
        let rows = planes.indices.map { index in
            let (image, pixel, channel) = (index / (pixels * channels), index / channels % pixels, index % channels)
            return planes[(image * channels + channel) * pixels + pixel]
        }
        let blocks = (pixels + 511) / 512, parts = images * blocks * ((channels + 31) / 32)
        let first = try #require(KernelTable.supported.first)
        for isShifted in [false, true] {
            func run(_ table: KernelTable, isChannelsLast: Bool) throws -> [Float] {
                let input = KernelMemory(isChannelsLast ? rows : planes), shift = KernelMemory(shifts)
                let sums = KernelMemory<Float>(count: images * blocks * channels)
                var job = bd_channel_sums(
                    input: input.start, shifts: isShifted ? UnsafePointer(shift.start) : nil, sums: sums.start,
                    pixels: Int64(pixels), channels: Int64(channels), is_channels_last: isChannelsLast)
                let kernel = try #require(table.entries.schannelsums)
                let middle = Int64(parts / 2)
                kernel(&job, middle, Int64(parts))
                kernel(&job, 0, middle)
                #expect(sums.bytes.suffix(Int(BD_GUARD)).allSatisfy { $0 == 0xA5 })
                return (0..<images * blocks * channels).map { sums.start[$0] }
            }
            let expected = try run(first, isChannelsLast: false)
            for (index, found) in expected.enumerated() {
                let (image, block, channel) = (index / (blocks * channels), index / channels % blocks, index % channels)
                let plane = image * channels + channel
                let exact = (block * 512..<min(pixels, (block + 1) * 512)).reduce(0.0) { sum, pixel in
                    let x = Double(planes[plane * pixels + pixel])
                    let deviation = x - Double(shifts[plane])
                    return sum + (isShifted ? deviation * deviation : x)
                }
                #expect(abs(Double(found) - exact) <= 1e-4)
            }
            for table in KernelTable.supported {
                for isChannelsLast in [false, true] {
                    let found = try run(table, isChannelsLast: isChannelsLast)
                    #expect(KernelChecks.firstDifference(found, expected) == nil, "\(table)")
                }
            }
        }
    }
}
