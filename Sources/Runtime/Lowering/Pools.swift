import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors
import CBitdepthKernels

/// A pool over one or two spatial axes, as the kernels see it.
struct PoolPlan: Sendable {
    enum Kind: Sendable { case maximum, average }
    var kind: Kind
    var shape: PoolShape
    var countIncludesPad: Bool

    struct PoolShape: Sendable, Hashable {
        var images: Int
        var channels: Int
        var input: ConvolutionPlan.Plane
        var output: ConvolutionPlan.Plane
        var kernel: ConvolutionPlan.Plane
        var strides: ConvolutionPlan.Plane
        var dilations: ConvolutionPlan.Plane
        var pads: [Int]
    }

    /// `nil` for operators that are no pools, three spatial axes, and MaxPool with indices.
    init?(_ op: any Operator, input: Shape, outputCount: Int) {
        guard input.rank == 3 || input.rank == 4, input.count > 0, outputCount == 1 else { return nil }
        let spatial = Array(input.dimensions[2...])
        let geometry: Window.Geometry
        switch op {
        case let pool as MaxPool:
            guard let placed = try? pool.window.geometry(input: spatial) else { return nil }
            (kind, countIncludesPad, geometry) = (.maximum, false, placed)
        case let pool as AveragePool:
            guard let placed = try? pool.window.geometry(input: spatial) else { return nil }
            (kind, countIncludesPad, geometry) = (.average, pool.countsPadding, placed)
        case is GlobalAveragePool:
            (kind, countIncludesPad, geometry) = (.average, false, .global(spatial))
        case is GlobalMaxPool:
            (kind, countIncludesPad, geometry) = (.maximum, false, .global(spatial))
        default: return nil
        }
        guard !geometry.output.contains(0), geometry.everyWindowSeesInput else { return nil }
        func plane(_ extents: [Int], line: Int) -> ConvolutionPlan.Plane {
            extents.count == 1 ? .init(height: line, width: extents[0]) : .init(height: extents[0], width: extents[1])
        }
        let begin = plane(geometry.padsBegin, line: 0)
        let end = plane(geometry.padsEnd, line: 0)
        shape = PoolShape(
            images: input[0], channels: input[1], input: plane(geometry.input, line: 1),
            output: plane(geometry.output, line: 1),
            kernel: plane(geometry.kernel, line: 1), strides: plane(geometry.strides, line: 1),
            dilations: plane(geometry.dilations, line: 1), pads: [begin.height, begin.width, end.height, end.width])
        guard (try? Shape([shape.images, shape.channels, shape.output.area] + geometry.kernel)) != nil else {
            return nil
        }
    }

    var kernelShape: bd_pool_shape {
        bd_pool_shape(
            images: Int64(shape.images), height: Int64(shape.output.height), width: Int64(shape.output.width),
            channels: Int64(shape.channels), input_height: Int64(shape.input.height),
            input_width: Int64(shape.input.width),
            kernel_height: Int64(shape.kernel.height), kernel_width: Int64(shape.kernel.width),
            stride_height: Int64(shape.strides.height), stride_width: Int64(shape.strides.width),
            dilation_height: Int64(shape.dilations.height), dilation_width: Int64(shape.dilations.width),
            pad_top: Int64(shape.pads[0]), pad_left: Int64(shape.pads[1]), pad_bottom: Int64(shape.pads[2]),
            pad_right: Int64(shape.pads[3]), count_include_pad: countIncludesPad)
    }

    /// Whether the sum of a window of 8-bit codes fits 32 bits.
    var sumFits: Bool { min(shape.kernel.area, shape.input.area) <= Int(Int32.max) / 255 }

    var lines: Int { shape.images * shape.output.height }
    var grain: Int { max(1, 50_000 / max(1, shape.output.width * shape.channels * shape.kernel.area)) }
}

extension Window.Geometry {
    /// Whether each window surely has an element to take the mean or the maximum of.
    var everyWindowSeesInput: Bool {
        input.indices.allSatisfy { axis in
            let pads = [padsBegin[axis], padsEnd[axis]]
            return pads == [0, 0] || dilations[axis] == 1 && pads.allSatisfy { $0 >= 0 && $0 < kernel[axis] }
        }
    }

    /// One window over everything.
    static func global(_ spatial: [Int]) -> Window.Geometry {
        let ones = [Int](repeating: 1, count: spatial.count)
        let zeros = [Int](repeating: 0, count: spatial.count)
        return Window.Geometry(
            input: spatial, output: ones, kernel: spatial, strides: ones, dilations: ones, padsBegin: zeros,
            padsEnd: zeros)
    }
}

/// A pool of 8-bit codes.
struct QuantizedPool: Lowering {
    let island: Island
    let input: (value: ValueName, parameters: CodeParameters)
    let output: CodeParameters
    let plan: PoolPlan

    init?(_ island: Island, _ context: CompileContext) {
        guard let input = island.activation(0), let output = island.outputParameters,
            let shape = context.shape(input.value),
            let plan = PoolPlan(island.op, input: shape, outputCount: island.node.outputs.count), island.clamp == nil,
            plan.kind == .maximum ? input.parameters == output : plan.sumFits
        else { return nil }
        self.island = island
        self.input = input
        self.output = output
        self.plan = plan
    }

    var reads: [ValueName] { [input.value] }

    func emit(into builder: inout ProgramBuilder) throws(BitdepthError) {
        let view = try builder.codes(input.value, layout: .channelsLast)
        let target = builder.defineOutput(
            of: island, shape: try builder.shape(of: island.coreOutput), layout: .channelsLast)
        let maximum = try builder.kernels.entry(\.qmaxpool)
        let average = try builder.kernels.entry(\.qaveragepool)
        let (plan, zero, out) = (plan, Int32(input.parameters.zeroPoint), output)
        let ratio = Double(input.parameters.scale) / Double(output.scale)
        if plan.kind == .average, plan.hasTies(ratio: ratio) { return addExactAverage(view, target, into: &builder) }
        let multiplier = Float(ratio)
        builder.add(
            island.description(kernel: "qpool \(builder.instructionSet)", .integer), reads: [view.buffer],
            writes: [target.buffer]
        ) { placement in
            QuantizedPoolStep(
                maximum: maximum, average: average, plan: plan, input: placement[view.buffer],
                output: placement[target.buffer], inputZero: zero, multiplier: multiplier,
                outputZero: Int32(out.zeroPoint))
        }
    }

    private func addExactAverage(_ view: View, _ target: View, into builder: inout ProgramBuilder) {
        let reals = builder.constant((0..<256).map { Float($0 - input.parameters.zeroPoint) * input.parameters.scale })
        let (plan, parameters) = (plan, output)
        builder.add(
            island.description(kernel: "exact average", .integer), reads: [view.buffer], writes: [target.buffer]
        ) { placement in
            ExactAverageStep(
                plan: plan, input: placement[view.buffer], output: placement[target.buffer], reals: reals,
                parameters: parameters)
        }
    }
}

/// A pool of FP32 values.
struct FloatPool: Lowering {
    let node: FloatNode
    let input: ValueName
    let plan: PoolPlan

    init?(_ node: FloatNode, _ context: CompileContext) {
        guard let input = node.node.input(0), context.facts[input]?.element == .float32,
            let shape = context.shape(input),
            let plan = PoolPlan(node.op, input: shape, outputCount: node.node.outputs.count), node.clamp == .none
        else { return nil }
        self.node = node
        self.input = input
        self.plan = plan
    }

    var reads: [ValueName] { [input] }

    func emit(into builder: inout ProgramBuilder) throws(BitdepthError) {
        let view = try builder.float(input, layout: .channelsLast)
        let target = builder.define(
            node.output, shape: try builder.shape(of: node.output), layout: .channelsLast, cell: .float32)
        let kernel = try builder.kernels.entry(plan.kind == .maximum ? \.smaxpool : \.saveragepool)
        let plan = plan
        builder.add(
            node.description(kernel: "spool \(builder.instructionSet)"), reads: [view.buffer], writes: [target.buffer]
        ) { placement in
            FloatPoolStep(kernel: kernel, plan: plan, input: placement[view.buffer], output: placement[target.buffer])
        }
    }
}
