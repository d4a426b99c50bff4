import CBitdepthKernels
import Testing

/// Rows times a matrix of 4-bit codes in blocks.
private struct BlockwiseCase {
    var shape: bd_nbits_shape
    var rows: Int
    var input: [Float]
    /// `[columns][blocks * block]`.
    var codes: [UInt8]
    var scales: [Float]
    /// `[columns][blocks]`, whole numbers where they are codes.
    var zeros: [Float]
    var bias: [Float]
    var clamp: (minimum: Float, maximum: Float)

    var columns: Int { Int(shape.columns) }
    var depth: Int { Int(shape.depth) }
    var block: Int { Int(shape.block) }
    var blocks: Int { (depth + block - 1) / block }

    init(columns: Int, depth: Int, block: Int, rows: Int, zeros kind: bd_nbits_zeros, seed: Int) {
        var numbers = SeededNumbers(seed: seed)
        shape = bd_nbits_shape(columns: Int64(columns), depth: Int64(depth), block: Int64(block), zeros: kind)
        self.rows = rows
        let blocks = (depth + block - 1) / block
        input = numbers.floats(rows * depth)
        codes = (0..<columns * blocks * block).map { _ in UInt8(numbers.integer(0...15)) }
        scales = (0..<columns * blocks).map { _ in Float.random(in: 0.01...0.05, using: &numbers) }
        zeros = (0..<columns * blocks).map { _ in
            switch kind {
            case BD_NBITS_MIDDLE: 8
            case BD_NBITS_CODES: Float(numbers.integer(0...15))
            default: Float.random(in: 0...15, using: &numbers)
            }
        }
        bias = numbers.floats(columns)
        clamp = numbers.clamp()
    }

    /// Two to a byte, the first one low; each row of `length` begins a byte.
    private func packed(_ codes: [UInt8], rowsOf length: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        for start in stride(from: 0, to: codes.count, by: length) {
            for index in stride(from: start, to: start + length, by: 2) {
                let high: UInt8 = index + 1 < start + length ? codes[index + 1] : 0
                bytes.append(codes[index] | high << 4)
            }
        }
        return bytes
    }

    /// - Parameter cuts: Bounds of the ranges of rows that are cut into digits, and of panels.
    func run(_ table: bd_kernels, rowCuts: [Int] = [], panelCuts: [Int] = []) -> [Float] {
        var shape = shape
        let weights = KernelMemory<UInt8>(count: bd_nbits_packed_bytes(&shape))
        let packedCodes = packed(codes, rowsOf: blocks * block)
        switch shape.zeros {
        case BD_NBITS_MIDDLE: bd_nbits_pack(&shape, packedCodes, scales, nil, weights.start)
        case BD_NBITS_CODES:
            bd_nbits_pack(&shape, packedCodes, scales, packed(zeros.map(UInt8.init), rowsOf: blocks), weights.start)
        default: bd_nbits_pack(&shape, packedCodes, scales, zeros, weights.start)
        }
        let input = KernelMemory(input)
        let bias = KernelMemory(count: columns + 64, elements: bias)
        let digits = KernelMemory<UInt8>(count: rows * bd_nbits_digit_bytes(&shape))
        let output = KernelMemory<Float>(count: rows * columns)
        var job = bd_nbits(
            shape: shape, input: input.start, packed_weights: weights.start, bias: bias.start, digits: digits.start,
            minimum: clamp.minimum, maximum: clamp.maximum, output: output.start)
        return withExtendedLifetime((weights, input, bias, digits, output)) {
            for (begin, end) in ranges(rowCuts, rows) { table.nbits_begin(&job, begin, end) }
            let panels = (columns + Int(BD_NBITS_COLUMNS) - 1) / Int(BD_NBITS_COLUMNS)
            for (begin, end) in ranges(panelCuts, panels) { table.nbits(&job, Int64(rows), begin, end) }
            #expect(output.bytes.suffix(Int(BD_GUARD)).allSatisfy { $0 == 0xA5 }, "written into the guard")
            return (0..<output.count).map { output.start[$0] }
        }
    }

    private func ranges(_ cuts: [Int], _ count: Int) -> [(Int64, Int64)] {
        let bounds = ([0, count] + cuts).sorted()
        return zip(bounds, bounds.dropFirst()).map { (Int64($0), Int64($1)) }
    }

    /// The definition in Double, and the sum of the magnitudes of what is added.
    func expected(row: Int, column: Int) -> (value: Double, magnitude: Double) {
        var (sum, magnitude) = (Double(bias[column]), abs(Double(bias[column])))
        for k in 0..<depth {
            let place = column * blocks + k / block
            let code = Double(codes[column * blocks * block + k])
            let term = Double(input[row * depth + k]) * (code - Double(zeros[place])) * Double(scales[place])
            sum += term
            // The code and its zero point are rounded one by one.
            magnitude += abs(Double(input[row * depth + k]) * Double(scales[place])) * 15
        }
        let low = Double(clamp.minimum) > sum ? Double(clamp.minimum) : sum
        return (Double(clamp.maximum) < low ? Double(clamp.maximum) : low, magnitude)
    }
}

@Suite("Products with 4-bit codes in blocks")
struct BlockwiseProductTests {
    private static let kinds = [BD_NBITS_MIDDLE, BD_NBITS_CODES, BD_NBITS_FLOATS]

    @Test("Every table gives the bits of the scalar one, and that is as near to exact as FP32 sums", arguments: 0..<24)
    func agreement(seed: Int) throws {
        var numbers = SeededNumbers(seed: seed)
        let sample = BlockwiseCase(
            columns: numbers.integer(1...70), depth: numbers.integer(1...600),
            block: [16, 32, 64, 128, 256][seed % 5], rows: numbers.integer(1...11), zeros: Self.kinds[seed % 3],
            seed: seed)
        let tables = KernelChecks.tables
        let scalar = sample.run(try #require(tables.first))
        for table in tables.dropFirst() {
            let found = sample.run(
                table, rowCuts: numbers.cuts(sample.rows), panelCuts: [numbers.integer(0...(sample.columns - 1) / 32)])
            let difference = KernelChecks.firstDifference(found, scalar)
            #expect(difference == nil, "\(String(cString: table.name)): \(difference ?? "")")
        }
        for row in 0..<sample.rows {
            for column in 0..<sample.columns {
                let (value, magnitude) = sample.expected(row: row, column: column)
                let found = Double(scalar[row * sample.columns + column])
                #expect(
                    abs(found - value) <= 0x1p-23 * magnitude, "row \(row), column \(column): \(found), not \(value)")
            }
        }
    }

    @Test(
        "Extreme codes and digits do not overflow 16 bits", arguments: KernelTable.supported,
        [Float(0x7F7F7F), -0x7E8080])
    func extremes(table: KernelTable, value: Float) {
        var sample = BlockwiseCase(columns: 33, depth: 512, block: 256, rows: 5, zeros: BD_NBITS_CODES, seed: 1)
        // The digits of the one are 127, 127, 127, those of the other -126, -128, -128 in a block with the one.
        sample.input = sample.input.indices.map { $0 % 256 == 0 ? 0x7F7F7F : value }
        sample.codes = sample.codes.map { _ in 15 }
        sample.zeros = sample.zeros.map { _ in 0 }
        sample.clamp = (-.infinity, .infinity)
        let found = sample.run(table.entries)
        for row in 0..<5 {
            for column in 0..<33 {
                let (expected, magnitude) = sample.expected(row: row, column: column)
                #expect(abs(Double(found[row * 33 + column]) - expected) <= 0x1p-23 * magnitude)
            }
        }
    }

    @Test(
        "Values that are not finite give what their products give, in their own row", arguments: KernelTable.supported)
    func notFinite(table: KernelTable) {
        var sample = BlockwiseCase(columns: 40, depth: 50, block: 16, rows: 6, zeros: BD_NBITS_MIDDLE, seed: 2)
        sample.clamp = (-.infinity, .infinity)
        let clean = sample.run(table.entries)
        sample.input[2 * 50 + 49] = .infinity
        sample.input[4 * 50 + 3] = .nan
        let found = sample.run(table.entries)
        for row in 0..<6 {
            for column in 0..<40 {
                let value = found[row * 40 + column]
                switch row {
                case 2:
                    // Column 49 is the second of the fourth block of 16; 8 stands for 0.
                    let code = sample.codes[column * 64 + 49]
                    #expect(code == 8 ? value.isNaN : value == (code > 8 ? .infinity : -.infinity))
                case 4: #expect(value.isNaN)
                default: #expect(value == clean[row * 40 + column])
                }
            }
        }
    }

    @Test(
        "Magnitudes from the smallest to near the largest numbers keep their precision",
        arguments: [-140, -60, 60, 110])
    func magnitudes(exponent: Int) {
        for table in KernelTable.supported {
            var sample = BlockwiseCase(columns: 5, depth: 64, block: 32, rows: 2, zeros: BD_NBITS_MIDDLE, seed: 3)
            let factor = Float(sign: .plus, exponent: max(exponent, -126), significand: 1)
            sample.input = sample.input.map { exponent < -126 ? $0 * factor * 0x1p-14 : $0 * factor }
            sample.bias = sample.bias.map { _ in 0 }
            sample.clamp = (-.infinity, .infinity)
            let found = sample.run(table.entries)
            for row in 0..<2 {
                for column in 0..<5 {
                    let (value, magnitude) = sample.expected(row: row, column: column)
                    // Below normal numbers the grain is 2^-126 and a sum is a multiple of 2^-149.
                    let floor = exponent < -126 ? 0x1p-126 * 64 * 8 * 0.05 : 0
                    #expect(abs(Double(found[row * 5 + column]) - value) <= 0x1p-23 * magnitude + floor)
                }
            }
        }
    }

    @Test("A row's result does not depend on the rows beside it", arguments: KernelTable.supported)
    func rowsAlone(table: KernelTable) {
        let sample = BlockwiseCase(columns: 40, depth: 100, block: 32, rows: 21, zeros: BD_NBITS_FLOATS, seed: 4)
        let together = sample.run(table.entries)
        for row in [0, 3, 4, 15, 16, 20] {
            var alone = sample
            alone.rows = 1
            alone.input = Array(sample.input[row * 100..<(row + 1) * 100])
            #expect(alone.run(table.entries) == Array(together[row * 40..<(row + 1) * 40]))
        }
    }
}
