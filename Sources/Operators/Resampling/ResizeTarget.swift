import BitdepthGraphs
import BitdepthTensors

/// What scales or sizes ask of each axis of a tensor.
struct ResizeTarget {
    private let resize: Resize
    /// By axis of the tensor; `nil` where the axis stays as it is.
    private let requests: [Request?]

    enum Request: Equatable {
        case scale(Float)
        case size(Int)
    }

    /// - Throws: ``BitdepthError/Code/shapeMismatch`` unless exactly one of scales and sizes is given, with one entry for
    ///   each axis; ``BitdepthError/Code/valueOutOfRange`` for entries that are not positive.
    init(_ resize: Resize, scales: Tensor?, sizes: Tensor?, rank: Int) throws(BitdepthError) {
        var axes: [Int] = []
        for axis in resize.axes ?? Array(0..<rank) {
            axes.append(try Shape.normalize(axis: axis, rank: rank, what: "axes entry"))
        }
        // Empty tensors stood for left out inputs when these could not be left out.
        let scales = scales.flatMap { $0.count == 0 && rank > 0 ? nil : $0 }
        let sizes = sizes.flatMap { $0.count == 0 && rank > 0 ? nil : $0 }
        let entries: [Request]
        switch (scales, sizes) {
        case (let scales?, nil): entries = try scales.floats().map(Request.scale)
        case (nil, let sizes?): entries = try sizes.integers().map(Request.size)
        default: throw BitdepthError(.shapeMismatch, "exactly one of scales and sizes must be given")
        }
        guard entries.count == axes.count else {
            throw BitdepthError(.shapeMismatch, "scales or sizes have \(entries.count) entries for \(axes.count) axes")
        }
        var requests = [Request?](repeating: nil, count: rank)
        for (axis, entry) in zip(axes, entries) {
            switch entry {
            case .scale(let scale) where !(scale > 0 && scale.isFinite):
                throw BitdepthError(.valueOutOfRange, "scale \(scale) of axis \(axis) is not positive")
            case .size(let size) where size < 0 || size > Shape.largestCount:
                throw BitdepthError(.valueOutOfRange, "size \(size) of axis \(axis) is out of range")
            default: requests[axis] = entry
            }
        }
        self.resize = resize
        self.requests = requests
    }

    /// Output extents, as far as they follow from those of the input that are known.
    func output(_ input: [Dimension]) throws(BitdepthError) -> [Dimension] {
        let known = input.compactMap(\.value)
        if known.count == input.count { return try lengths(known).map { .known($0.output) } }
        return try zip(input, requests).map { dimension, request throws(BitdepthError) in
            switch request {
            case nil: dimension
            case .scale(1): dimension
            case .scale(let scale):
                try dimension.value.map { extent throws(BitdepthError) in
                    .known(try scaled(extent, by: scale))
                } ?? .unknown
            case .size(let size): resize.aspectRatioPolicy == .stretch ? .known(size) : .unknown
            }
        }
    }

    /// - Parameter roi: Starts of all axes, then their ends, in units of the input's length.
    func resamplings(of input: Shape, roi: Tensor?) throws(BitdepthError) -> [AxisResampling] {
        let regions = try regions(roi, rank: input.rank)
        let lengths = try lengths(input.dimensions)
        try Shape(lengths.map(\.output)).checkedForEvaluation()
        return lengths.enumerated().map { axis, length in
            if requests[axis] == nil { return AxisResampling(unchanged: input[axis]) }
            return AxisResampling(resize, length, region: regions[axis])
        }
    }

    private func regions(_ roi: Tensor?, rank: Int) throws(BitdepthError) -> [ClosedRegion] {
        var regions = [ClosedRegion](repeating: ClosedRegion(start: 0, end: 1), count: rank)
        guard resize.coordinateMode == .tfCropAndResize else { return regions }
        let values = try roi?.doubles() ?? []
        let axes = resize.axes ?? Array(0..<rank)
        guard values.count == 2 * axes.count, values.allSatisfy(\.isFinite) else {
            throw BitdepthError(
                .shapeMismatch, "roi has \(values.count) finite entries where \(2 * axes.count) are needed")
        }
        for (index, axis) in axes.enumerated() {
            regions[try Shape.normalize(axis: axis, rank: rank)] = ClosedRegion(
                start: values[index], end: values[axes.count + index])
        }
        return regions
    }

    private func lengths(_ input: [Int]) throws(BitdepthError) -> [ResizeLength] {
        let ratio = commonRatio(input)
        return try zip(input, requests).map { extent, request throws(BitdepthError) in
            switch request {
            case nil: ResizeLength(input: extent, output: extent, scaled: Double(extent))
            case .scale(let scale):
                ResizeLength(
                    input: extent, output: try scaled(extent, by: scale), scaled: Double(extent) * Double(scale),
                    scale: Double(scale))
            case .size(let size):
                if let ratio {
                    ResizeLength(
                        input: extent, output: try count((Double(extent) * ratio + 0.5).rounded(.down)),
                        scaled: Double(extent) * ratio,
                        scale: ratio)
                } else {
                    ResizeLength(input: extent, output: size, scaled: Double(size))
                }
            }
        }
    }

    /// The one scale of all axes where sizes must keep the ratio between them.
    private func commonRatio(_ input: [Int]) -> Double? {
        var ratios: [Double] = []
        for (extent, request) in zip(input, requests) {
            if case .size(let size)? = request { ratios.append(Double(size) / Double(max(extent, 1))) }
        }
        return switch resize.aspectRatioPolicy {
        case .stretch: nil
        case .notLarger: ratios.min()
        case .notSmaller: ratios.max()
        }
    }

    /// The product is taken in FP32, as ONNX's own shape inference does it: 0.7 times 10 is 7.
    private func scaled(_ extent: Int, by scale: Float) throws(BitdepthError) -> Int {
        try count(Double((Float(extent) * scale).rounded(.down)))
    }

    private func count(_ extent: Double) throws(BitdepthError) -> Int {
        guard let count = Int(exactly: extent), count <= Shape.largestCount else {
            throw BitdepthError(.limitExceeded, "an extent of \(extent) is too large")
        }
        return count
    }
}

/// Where an axis begins and ends, in units of the input's length.
struct ClosedRegion {
    var start: Double
    var end: Double
}

/// Extents of an axis before and after.
struct ResizeLength {
    var input: Int
    var output: Int
    /// The output extent before it was cut to an integer.
    var scaled: Double
    /// Output elements per input element, where it is not just the ratio of the extents.
    var scale: Double?

    /// An output distance in input elements.
    ///
    /// Whole results come out whole: extents multiply before they divide, and a scale, being an FP32 number that stands
    /// for a simple fraction, divides in FP32 (1.5 by 0.6 is 2.5).
    func inputDistance(_ distance: Double) -> Double {
        if let scale { return Double(Float(distance) / Float(scale)) }
        return distance * Double(input) / Double(max(output, 1))
    }

    var effectiveScale: Double { scale ?? Double(output) / Double(max(input, 1)) }
}
