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
    private var givenStrides: [Int]?
    private var givenDilations: [Int]?
    private var givenPads: [Int]?
    public var autoPad: AutoPad
    public var ceilMode: Bool

    init(_ attributes: AttributeReader) throws(BitdepthError) {
        kernel = try attributes.ints("kernel_shape")
        givenStrides = try attributes.ints("strides")
        givenDilations = try attributes.ints("dilations")
        givenPads = try attributes.ints("pads")
        autoPad = try attributes.choice("auto_pad", default: .notSet)
        ceilMode = try attributes.flag("ceil_mode", default: false)
        for (name, values) in [("kernel_shape", kernel), ("strides", givenStrides), ("dilations", givenDilations)] {
            if let wrong = values?.first(where: { $0 < 1 || $0 > 1 << 31 }) {
                throw attributes.invalid(name, "has the value \(wrong); it must be at least 1")
            }
        }
        if let wrong = givenPads?.first(where: { $0 > 1 << 31 || $0 < -1 << 31 }) {
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
    }

    /// - Parameters:
    ///   - input: Spatial extents of the input.
    ///   - kernel: Spatial extents of the kernel, where the attribute does not give them (Conv: those of the weight).
    /// - Throws: ``BitdepthError/Code/shapeMismatch`` when lists have the wrong length or the window is larger than the input.
    public func geometry(input: [Int], kernel weightKernel: [Int]? = nil) throws(BitdepthError) -> Geometry {
        let rank = input.count
        guard let kernel = self.kernel ?? weightKernel, kernel.count == rank, weightKernel == nil || weightKernel == kernel else {
            throw BitdepthError(.shapeMismatch, "kernel_shape \(self.kernel ?? []) does not fit \(weightKernel.map { "a weight of \($0) and " } ?? "")\(rank) spatial axes")
        }
        let strides = try list(givenStrides, "strides", count: rank, default: 1)
        let dilations = try list(givenDilations, "dilations", count: rank, default: 1)
        let pads = try list(givenPads, "pads", count: 2 * rank, default: 0)
        var geometry = Geometry(
            input: input, output: [], kernel: kernel, strides: strides, dilations: dilations,
            padsBegin: Array(pads[..<rank]), padsEnd: Array(pads[rank...]))
        for axis in 0..<rank {
            let extent = dilations[axis] * (kernel[axis] - 1) + 1
            switch autoPad {
            case .notSet: break
            case .valid:
                geometry.padsBegin[axis] = 0
                geometry.padsEnd[axis] = 0
            case .sameUpper, .sameLower:
                let output = (input[axis] + strides[axis] - 1) / strides[axis]
                let total = max(0, (output - 1) * strides[axis] + extent - input[axis])
                geometry.padsBegin[axis] = autoPad == .sameUpper ? total / 2 : total - total / 2
                geometry.padsEnd[axis] = total - geometry.padsBegin[axis]
            }
            let room = input[axis] + geometry.padsBegin[axis] + geometry.padsEnd[axis] - extent
            guard room >= 0 || input[axis] == 0 else {
                throw BitdepthError(.shapeMismatch, "a window of \(extent) is larger than the padded input of \(room + extent) on spatial axis \(axis)")
            }
            var count = room < 0 ? 0 : room / strides[axis] + 1
            if ceilMode, room >= 0, room % strides[axis] != 0, count * strides[axis] < input[axis] + geometry.padsBegin[axis] {
                // A last window that hangs over the end counts if it starts inside the input or its left padding.
                count += 1
            }
            geometry.output.append(count)
        }
        return geometry
    }

    private func list(_ given: [Int]?, _ name: String, count: Int, default value: Int) throws(BitdepthError) -> [Int] {
        let list = given ?? [Int](repeating: value, count: count)
        guard list.count == count else {
            throw BitdepthError(.shapeMismatch, "attribute \"\(name)\" has \(list.count) entries where \(count) are needed")
        }
        return list
    }
}
