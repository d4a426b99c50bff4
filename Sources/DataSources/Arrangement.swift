import BitdepthTensors

/// How the rows of an array become samples of one of a model's inputs.
///
/// The first axis of the array counts samples if its rows fit the input, with or without the input's batch axis; axes of extent 1
/// may be added or left out, and a flat row may take the input's shape. Otherwise the whole array may be one sample; it always
/// is where the user says so.
struct Arrangement: Sendable, Hashable {
    var sampleCount: Int
    /// More than one where the model's batch is fixed; `nil` when the whole array is the sample.
    var rowsPerSample: Int?
    var sampleShape: Shape

    /// - Parameter layout: Where the channels of the data lie, if the user has said so; else as the model has them.
    init(_ array: Shape, for input: InputSpecification, layout: DataLayout?, path: String) throws(BitdepthError) {
        guard let wanted = Arrangement.wanted(input, layout) else {
            let rows = array.dimensions.first ?? 1
            self.init(rows, 1, try Shape([1] + array.dimensions.dropFirst()))
            return
        }
        if let rows = array.dimensions.first,
            let found = Arrangement.byRows(Array(array.dimensions.dropFirst()), rows, wanted)
        {
            self.init(found.count, found.rows, try Shape(found.shape))
        } else if let whole = RowShape.fit(array.dimensions, to: wanted) {
            self.init(1, nil, try Shape(whole))
        } else {
            throw Arrangement.mismatch(array, input, wanted, layout, path)
        }
    }

    /// The whole array as one sample, which must have the shape that the input says.
    init(whole array: Shape, for input: InputSpecification, path: String) throws(BitdepthError) {
        if let wanted = input.shape.dimensions {
            let fits =
                wanted.count == array.rank
                && zip(wanted, array.dimensions).allSatisfy { wanted, extent in wanted.value ?? extent == extent }
            guard fits else {
                throw BitdepthError(
                    .badData, "an array of shape \(array), taken whole, does not fit input \(input)",
                    at: .init(file: path, tensor: input.name))
            }
        }
        self.init(1, nil, array)
    }

    private init(_ sampleCount: Int, _ rowsPerSample: Int?, _ sampleShape: Shape) {
        self.sampleCount = sampleCount
        self.rowsPerSample = rowsPerSample
        self.sampleShape = sampleShape
    }

    /// The input's extents in the order in which the data have them; `nil` when not even their number is known.
    private static func wanted(_ input: InputSpecification, _ layout: DataLayout?) -> [Dimension]? {
        guard let dimensions = input.shape.dimensions else { return nil }
        guard let layout, let axes = input.layout.axes(to: layout, rank: dimensions.count) else { return dimensions }
        return axes.map { dimensions[$0] }
    }

    private static func byRows(
        _ row: [Int], _ rows: Int, _ wanted: [Dimension]
    ) -> (count: Int, rows: Int, shape: [Int])? {
        // A lone row for an input of free length is one sequence, not many of length 1.
        if row.isEmpty, wanted.dropFirst().contains(where: { $0.value == nil }) { return nil }
        // An array with one axis more than the input holds whole inputs, batch axis and all.
        if row.count == wanted.count, let shape = RowShape.fit(row, to: wanted) { return (rows, 1, shape) }
        if let batch = wanted.first, let shape = RowShape.fit(row, to: Array(wanted.dropFirst())) {
            let perSample = batch.value ?? 1
            if perSample > 0, rows % perSample == 0 { return (rows / perSample, perSample, [perSample] + shape) }
        }
        return RowShape.fit(row, to: wanted).map { (rows, 1, $0) }
    }

    private static func mismatch(
        _ array: Shape, _ input: InputSpecification, _ wanted: [Dimension], _ layout: DataLayout?, _ path: String
    ) -> BitdepthError {
        let expected = PartialShape(Array(wanted.dropFirst()))
        let found = PartialShape(array.dimensions.dropFirst().map(Dimension.known))
        var help: [String] = []
        let other = (layout ?? input.layout).other
        if let turned = Arrangement.wanted(input, other), turned != wanted,
            byRows(Array(array.dimensions.dropFirst()), array.dimensions.first ?? 0, turned) != nil
        {
            help = ["the data have the layout \(other.rawValue); say so with --preprocess layout=\(other.rawValue)"]
        }
        return BitdepthError(
            .badData,
            "samples of shape \(found) do not fit input \(input): expected \(expected), found \(found) in an array of shape \(array)",
            at: .init(file: path, tensor: input.name), help: help)
    }
}

/// Fits the extents of data to extents that are known or free.
enum RowShape {
    /// The extents that the data take, or `nil` when they do not fit.
    static func fit(_ row: [Int], to wanted: [Dimension]) -> [Int]? {
        if row.count == wanted.count, zip(row, wanted).allSatisfy({ accepts($1, $0) }) { return row }
        return withUnitAxes(row.filter { $0 != 1 }, wanted) ?? flat(row, wanted)
    }

    private static func accepts(_ wanted: Dimension, _ extent: Int) -> Bool {
        wanted.value.map { $0 == extent } ?? true
    }

    /// Puts axes of extent 1 where the data lack them, as far to the front as they go.
    private static func withUnitAxes(_ extents: [Int], _ wanted: [Dimension]) -> [Int]? {
        guard extents.count <= wanted.count else { return nil }
        // reachable[a][e]: the last `a` wanted axes can hold the last `e` extents.
        var reachable = [[Bool]](repeating: [Bool](repeating: false, count: extents.count + 1), count: wanted.count + 1)
        reachable[0][0] = true
        for a in 1..<max(wanted.count + 1, 1) {
            let dimension = wanted[wanted.count - a]
            for e in 0...min(a, extents.count) {
                let holds = e > 0 && reachable[a - 1][e - 1] && accepts(dimension, extents[extents.count - e])
                reachable[a][e] = holds || reachable[a - 1][e] && accepts(dimension, 1)
            }
        }
        guard reachable[wanted.count][extents.count] else { return nil }
        var shape: [Int] = []
        var rest = extents.count
        for a in stride(from: wanted.count, to: 0, by: -1) {
            let dimension = wanted[wanted.count - a]
            if accepts(dimension, 1), reachable[a - 1][rest] {
                shape.append(1)
            } else {
                shape.append(extents[extents.count - rest])
                rest -= 1
            }
        }
        return shape
    }

    /// A flat row takes a shape of as many elements; an image that a model wants flat becomes a row.
    private static func flat(_ row: [Int], _ wanted: [Dimension]) -> [Int]? {
        guard row.count == 1 || wanted.count == 1, let count = try? Shape(row).count else { return nil }
        let free = wanted.indices.filter { wanted[$0].value == nil }
        var shape = wanted.map { $0.value ?? 1 }
        guard let known = try? Shape(shape).count, known > 0 else { return nil }
        if let axis = free.first {
            guard free.count == 1, row.count == 1, count % known == 0 else { return nil }
            shape[axis] = count / known
            return shape
        }
        return known == count ? shape : nil
    }
}
