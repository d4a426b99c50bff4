import BitdepthOperators
import BitdepthTensors

/// A tensor seen as `outer` tables of `extent` rows.
struct GatheredRows: Sendable {
    var outer: Int
    var extent: Int
    /// Of one row.
    var bytes: Int
}

/// Copies rows that indices name; an index below 0 counts from the end.
struct GatheringStep: Step {
    var place: BitdepthError.Place
    var rows: GatheredRows
    /// How many indices there are.
    var count: Int
    /// Indices of 64 bits, or of 32.
    var isWide: Bool
    var indices: Location
    /// `nil` where the table is constant.
    var table: Location?
    var constant: Tensor?
    var output: Location

    func bind(to frame: Frame, _ calls: inout CallList) {
        calls.alone { () throws(BitdepthError) in try run(frame) }
    }

    private func run(_ frame: Frame) throws(BitdepthError) {
        try locating(place) { () throws(BitdepthError) in
            if let table {
                try copy(UnsafeRawPointer(frame.pointer(table)), frame)
            } else if let constant {
                try constant.withBytes { bytes throws(BitdepthError) in
                    guard let base = bytes.baseAddress else { return }
                    try copy(base, frame)
                }
            }
        }
    }

    private func copy(_ from: UnsafeRawPointer, _ frame: Frame) throws(BitdepthError) {
        let to = frame.pointer(output)
        for index in 0..<count {
            let row = try row(index, frame)
            for outer in 0..<rows.outer {
                (to + (outer * count + index) * rows.bytes).copyMemory(
                    from: from + (outer * rows.extent + row) * rows.bytes, byteCount: rows.bytes)
            }
        }
    }

    private func row(_ index: Int, _ frame: Frame) throws(BitdepthError) -> Int {
        let given =
            isWide
            ? Int(frame.pointer(indices, as: Int64.self)[index]) : Int(frame.pointer(indices, as: Int32.self)[index])
        guard given >= -rows.extent, given < rows.extent else {
            throw BitdepthError(.valueOutOfRange, "index \(given) is outside of an extent of \(rows.extent)")
        }
        return given < 0 ? given + rows.extent : given
    }
}
