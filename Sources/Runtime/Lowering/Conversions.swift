import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors
import CBitdepthKernels

/// A QuantizeLinear to per-tensor 8-bit codes that fuses with nothing before it.
struct Quantize: Lowering {
    let node: Node
    let input: ValueName
    let output: ValueName
    let parameters: CodeParameters

    var reads: [ValueName] { [input] }
    var borderedOutput: ValueName? { output }

    func emit(into builder: inout ProgramBuilder) throws(BitdepthError) {
        let view = try builder.float(input, layout: nil)
        if let border = builder.borders[output], let image = PlanarImage(view, border) {
            return try emit(image, view, into: &builder)
        }
        let kernel = try builder.kernels.entry(\.quantize_u8)
        let target = builder.define(output, shape: view.shape, layout: view.layout, cell: .code(parameters.format))
        let (parameters, count) = (parameters, view.shape.count)
        builder.add(
            .conversion(node, kernel: "quantize \(builder.instructionSet)"), reads: [view.buffer],
            writes: [target.buffer]
        ) { placement in
            QuantizeStep(
                kernel: kernel, input: placement[view.buffer], output: placement[target.buffer], parameters: parameters,
                count: count)
        }
    }
}

extension Quantize {
    /// Writes the codes channels last into the middle of the image that a convolution reads.
    private func emit(_ image: PlanarImage, _ view: View, into builder: inout ProgramBuilder) throws(BitdepthError) {
        let kernel = try builder.kernels.entry(\.quantize_image)
        let target = builder.defineImage(
            output, image.bordered, shape: view.shape, cell: .code(parameters.format), node: node)
        builder.add(
            .conversion(node, kernel: "quantize image \(builder.instructionSet)"), reads: [view.buffer],
            writes: [target.buffer]
        ) { [parameters] placement in
            QuantizeImageStep(
                kernel: kernel, input: placement[view.buffer], output: placement[target.buffer], image: image.bordered,
                parameters: parameters)
        }
    }
}

/// A DequantizeLinear of per-tensor 8-bit codes whose floats somebody needs.
struct Dequantize: Lowering {
    let node: Node
    let input: ValueName
    let output: ValueName
    let parameters: CodeParameters

    var reads: [ValueName] { [input] }

    func emit(into builder: inout ProgramBuilder) throws(BitdepthError) {
        let view = try builder.codes(input, layout: nil)
        let kernel = try builder.kernels.entry(\.dequantize_u8)
        let target = builder.define(output, shape: view.shape, layout: view.layout, cell: .float32)
        let (parameters, count) = (parameters, view.shape.count)
        builder.add(
            .conversion(node, kernel: "dequantize \(builder.instructionSet)"), reads: [view.buffer],
            writes: [target.buffer]
        ) { placement in
            DequantizeStep(
                kernel: kernel, input: placement[view.buffer], output: placement[target.buffer], parameters: parameters,
                count: count)
        }
    }
}

extension StepDescription {
    static func conversion(_ node: Node, kernel: String) -> StepDescription {
        StepDescription(
            node: node.label, operatorType: node.op.type, fused: [], arithmetic: .conversion, multiplyAccumulates: 0,
            kernel: kernel)
    }
}
