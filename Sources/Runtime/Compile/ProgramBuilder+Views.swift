import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

extension ProgramBuilder {
    /// A value as FP32 in a layout; converts or transposes it if it does not lie there yet.
    ///
    /// - Parameter layout: `nil` takes the layout in which the value lies already.
    mutating func float(_ name: ValueName, layout: Layout?) throws(BitdepthError) -> View {
        try materializeConstant(name)
        let views = plainViews(name)
        if let view = views.first(where: { $0.cell == .float32 && $0.serves(layout) }) { return view.seen(as: layout) }
        if let view = views.first(where: { $0.cell == .float32 }) {
            return try transposed(name, view, to: layout ?? .plain)
        }
        throw missing(name, as: "floats")
    }

    /// The unsigned 8-bit codes of a quantized value in a layout.
    mutating func codes(_ name: ValueName, layout: Layout?) throws(BitdepthError) -> View {
        try materializeConstant(name)
        let views = plainViews(name)
        let codes = views.filter { if case .code = $0.cell { true } else { false } }
        if let view = codes.first(where: { $0.serves(layout) }) { return view.seen(as: layout) }
        if let view = codes.first { return try transposed(name, view, to: layout ?? .plain) }
        if let view = views.first(where: { $0.cell == .raw(.uint8) }) {
            var view = view
            view.cell = .code(CodeFormat(isSigned: false))
            define(name, view)
            return try self.codes(name, layout: layout)
        }
        if let view = views.first(where: { $0.cell == .raw(.int8) }) {
            flipSign(name, from: view, to: .code(CodeFormat(isSigned: true)))
            return try self.codes(name, layout: layout)
        }
        throw missing(name, as: "codes")
    }

    /// A value exactly as the graph's type has it, row-major; floats are FP32.
    mutating func raw(_ name: ValueName) throws(BitdepthError) -> View {
        try materializeConstant(name)
        let views = plainViews(name)
        if let view = views.first(where: { if case .raw = $0.cell { true } else { false } }) { return view }
        if views.contains(where: { $0.cell == .float32 }) { return try float(name, layout: .plain) }
        let codes = try codes(name, layout: .plain)
        guard case .code(let format) = codes.cell else { throw missing(name, as: "elements") }
        if format.isSigned {
            flipSign(name, from: codes, to: .raw(.int8))
        } else {
            var view = codes
            view.cell = .raw(.uint8)
            define(name, view)
        }
        return try raw(name)
    }

    private func plainViews(_ name: ValueName) -> [View] { existingViews(name).filter { $0.border == nil } }

    /// A value that does not depend on the inputs is copied from the constants when a step wants it in the arena.
    private mutating func materializeConstant(_ name: ValueName) throws(BitdepthError) {
        guard existingViews(name).isEmpty, let tensor = context.constant(name) else { return }
        let view = define(
            name, shape: tensor.shape, layout: .plain, cell: Cell(tensor.type))
        let bytes = try tensor.withBytes { Array($0) }
        let location = constant(bytes)
        add(.movement(name, "Constant"), reads: [], writes: [view.buffer]) { placement in
            ConstantStep(constant: location, output: placement[view.buffer], count: bytes.count)
        }
    }

    private mutating func transposed(_ name: ValueName, _ view: View, to layout: Layout) throws(BitdepthError) -> View {
        let target = define(name, shape: view.shape, layout: layout, cell: view.cell)
        let (images, pixels, channels) = view.channelsLast
        let toChannelsLast = layout == .channelsLast
        let wide = view.cell.bytes == 4
        add(
            .movement(name, "Transpose"), reads: [view.buffer], writes: [target.buffer]
        ) { placement in
            LayoutStep(
                input: placement[view.buffer], output: placement[target.buffer], images: images,
                // The kernel turns [rows, columns] into [columns, rows]; both directions are one transposition.
                rows: toChannelsLast ? channels : pixels, columns: toChannelsLast ? pixels : channels, isWide: wide)
        }
        return target
    }

    private mutating func flipSign(_ name: ValueName, from view: View, to cell: Cell) {
        let target = define(name, shape: view.shape, layout: view.layout, cell: cell)
        let count = view.shape.count
        add(.movement(name, "sign"), reads: [view.buffer], writes: [target.buffer]) { placement in
            SignStep(input: placement[view.buffer], output: placement[target.buffer], count: count)
        }
    }

    private func missing(_ name: ValueName, as what: String) -> BitdepthError {
        BitdepthError(.internal, "value \"\(name)\" is not available as \(what)", at: .init(tensor: name.text))
    }
}

extension View {
    func serves(_ wanted: Layout?) -> Bool { wanted == nil || layout == wanted || isLayoutFree }

    func seen(as wanted: Layout?) -> View {
        var view = self
        if let wanted { view.layout = wanted }
        return view
    }
}

extension StepDescription {
    static func movement(_ name: ValueName, _ type: String) -> StepDescription {
        StepDescription(
            node: name.text, operatorType: type, fused: [], arithmetic: .movement, multiplyAccumulates: 0,
            kernel: "copy")
    }
}
