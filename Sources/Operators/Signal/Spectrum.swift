import BitdepthTensors

/// How signals and spectra lie in tensors: the last axis holds the real part, and the imaginary one where there is one.
enum Spectrum {
    /// Elements of the spectrum of a real signal that are no conjugates of others.
    static func oneSidedCount(_ length: Int) -> Int { length / 2 + 1 }

    static func requireReals(_ type: ElementType, _ name: String) throws(BitdepthError) {
        guard type.isFloatingPoint else {
            throw BitdepthError(.typeMismatch, "\(name) takes floating-point numbers, not \(type.shortName)")
        }
    }

    /// The signals along one axis of a tensor `[…, N, …, 1 or 2]`.
    struct Layout {
        /// Elements along the axis.
        private let extent: Int
        /// Elements between neighbours along the axis.
        private let inner: Int
        /// Numbers for each element.
        private let parts: Int
        let laneCount: Int

        init(_ shape: Shape, axis: Int) {
            extent = shape[axis]
            inner = shape.count(of: axis + 1..<shape.rank - 1)
            parts = shape[shape.rank - 1]
            laneCount = shape.count(of: 0..<axis) * inner
        }

        private func position(_ index: Int, _ lane: Int) -> Int {
            (lane / inner * extent * inner + index * inner + lane % inner) * parts
        }

        func read(_ values: [Double], lane: Int) -> [ComplexNumber] {
            (0..<extent).map { index in
                let position = position(index, lane)
                return ComplexNumber(values[position], parts > 1 ? values[position + 1] : 0)
            }
        }

        /// Writes as many of `elements`, and as many of their parts, as there is room for.
        func write(_ elements: [ComplexNumber], lane: Int, to values: inout [Double]) {
            for (index, element) in elements.prefix(extent).enumerated() {
                let position = position(index, lane)
                values[position] = element.real
                if parts > 1 { values[position + 1] = element.imaginary }
            }
        }
    }
}
