import BitdepthTensors

/// The attributes that convolutions and pools share: how a window of taps slides over the spatial axes.
public struct Window: Sendable, Hashable {
    public enum AutoPad: String, Sendable, CaseIterable {
        case notSet = "NOTSET"
        case sameUpper = "SAME_UPPER"
        case sameLower = "SAME_LOWER"
        case valid = "VALID"
    }

    public var kernel: [Int]?
    /// The lists as the node gives them; `nil` stands for the default of every axis.
    public var strides: [Int]?
    public var dilations: [Int]?
    /// Begins of all axes, then their ends.
    public var pads: [Int]?
    public var autoPad: AutoPad
    public var ceilMode: Bool

    /// Larger attribute values are refused, so that no sum or product of a few of them overflows.
    static let largestValue = 1 << 31

    init(_ attributes: AttributeReader) throws(BitdepthError) {
        kernel = try attributes.ints("kernel_shape")
        strides = try attributes.ints("strides")
        dilations = try attributes.ints("dilations")
        pads = try attributes.ints("pads")
        autoPad = try attributes.choice("auto_pad", default: .notSet)
        ceilMode = try attributes.flag("ceil_mode", default: false)
        for (name, values) in [("kernel_shape", kernel), ("strides", strides), ("dilations", dilations)] {
            if let wrong = values?.first(where: { $0 < 1 || $0 > Window.largestValue }) {
                throw attributes.invalid(name, "has the value \(wrong); it must be at least 1")
            }
        }
        if let wrong = pads?.first(where: { $0 > Window.largestValue || $0 < -Window.largestValue }) {
            throw attributes.invalid("pads", "has the value \(wrong)")
        }
    }

    /// The window placed over concrete extents.
    public struct Geometry: Sendable, Hashable {
        public var input: [Int]
        public var output: [Int]
        public var kernel: [Int]
        public var strides: [Int]
        public var dilations: [Int]
        public var padsBegin: [Int]
        public var padsEnd: [Int]

        public init(
            input: [Int], output: [Int], kernel: [Int], strides: [Int], dilations: [Int], padsBegin: [Int],
            padsEnd: [Int]
        ) {
            self.input = input
            self.output = output
            self.kernel = kernel
            self.strides = strides
            self.dilations = dilations
            self.padsBegin = padsBegin
            self.padsEnd = padsEnd
        }

        /// Input elements that the window spans along an axis, gaps included.
        func span(_ axis: Int) -> Int { dilations[axis] * (kernel[axis] - 1) + 1 }
    }

    /// - Parameters:
    ///   - input: Spatial extents of the input.
    ///   - weightKernel: Spatial extents of the kernel, where the attribute does not give them (Conv: those of the weight).
    /// - Throws: ``BitdepthError/Code/shapeMismatch`` when lists have the wrong length or the window is larger than the input.
    public func geometry(input: [Int], kernel weightKernel: [Int]? = nil) throws(BitdepthError) -> Geometry {
        var geometry = try unplaced(axes: input.count, kernel: weightKernel)
        for (axis, extent) in input.enumerated() { try place(&geometry, axis, over: extent) }
        _ = try Shape(geometry.output)
        return geometry
    }

    /// Output extents where only some input extents are known.
    public func output(input: [Dimension], kernel weightKernel: [Int]? = nil) throws(BitdepthError) -> [Dimension] {
        var geometry = try unplaced(axes: input.count, kernel: weightKernel)
        var output: [Dimension] = []
        for (axis, dimension) in input.enumerated() {
            guard let extent = dimension.value else {
                output.append(.unknown)
                continue
            }
            try place(&geometry, axis, over: extent)
            output.append(.known(geometry.output[axis]))
        }
        return output
    }

    /// The window's lists with defaults filled in, over nothing yet.
    func unplaced(axes: Int, kernel weightKernel: [Int]?) throws(BitdepthError) -> Geometry {
        guard let kernel = self.kernel ?? weightKernel, kernel.count == axes,
            weightKernel == nil || weightKernel == kernel
        else {
            let weight = weightKernel.map { "a weight of \($0) and " } ?? ""
            throw BitdepthError(
                .shapeMismatch, "kernel_shape \(self.kernel ?? []) does not fit \(weight)\(axes) spatial axes")
        }
        guard kernel.allSatisfy({ $0 > 0 && $0 <= Window.largestValue }), try Shape(kernel).count > 0 else {
            throw BitdepthError(.shapeMismatch, "a kernel of shape \(kernel) has no elements, or too many")
        }
        let strides = try list(self.strides, "strides", count: axes, default: 1)
        let dilations = try list(self.dilations, "dilations", count: axes, default: 1)
        let pads = try list(self.pads, "pads", count: 2 * axes, default: 0)
        return Geometry(
            input: [Int](repeating: 0, count: axes), output: [Int](repeating: 0, count: axes), kernel: kernel,
            strides: strides,
            dilations: dilations, padsBegin: Array(pads[..<axes]), padsEnd: Array(pads[axes...]))
    }

    private func place(_ geometry: inout Geometry, _ axis: Int, over input: Int) throws(BitdepthError) {
        let span = geometry.span(axis)
        let stride = geometry.strides[axis]
        geometry.input[axis] = input
        switch autoPad {
        case .notSet: break
        case .valid:
            geometry.padsBegin[axis] = 0
            geometry.padsEnd[axis] = 0
        case .sameUpper, .sameLower:
            let output = (input + stride - 1) / stride
            let total = max(0, (output - 1) * stride + span - input)
            geometry.padsBegin[axis] = autoPad == .sameUpper ? total / 2 : total - total / 2
            geometry.padsEnd[axis] = total - geometry.padsBegin[axis]
        }
        let room = input + geometry.padsBegin[axis] + geometry.padsEnd[axis] - span
        guard room >= 0 || input == 0 else {
            throw BitdepthError(
                .shapeMismatch,
                "a window of \(span) is larger than the padded input of \(room + span) on spatial axis \(axis)")
        }
        var count = room < 0 ? 0 : room / stride + 1
        if ceilMode, room >= 0, room % stride != 0, count * stride < input + geometry.padsBegin[axis] {
            // A last window that hangs over the end counts if it starts inside the input or its left padding.
            count += 1
        }
        geometry.output[axis] = count
    }

    func list(_ given: [Int]?, _ name: String, count: Int, default value: Int) throws(BitdepthError) -> [Int] {
        let list = given ?? [Int](repeating: value, count: count)
        guard list.count == count else {
            throw BitdepthError(
                .shapeMismatch, "attribute \"\(name)\" has \(list.count) entries where \(count) are needed")
        }
        return list
    }
}
