import BitdepthDataSources
import BitdepthFormats
import BitdepthGraphs
import BitdepthQuantization
import BitdepthTensors
import SystemPackage
import Testing

@testable import BitdepthRuntime

/// The networks of the repository's `models` folder, quantized on seeded data.
enum BundledNetwork: String, CaseIterable, Sendable {
    case fashion = "fashion-resnet"
    case mixed = "mixed-net"

    func float() throws -> ModelGraph {
        let root = FilePath(#filePath).removingLastComponent().removingLastComponent().removingLastComponent()
        return try ONNX.read(root.appending("models").appending("\(rawValue).onnx").string)
    }

    func quantized(_ model: ModelGraph) throws -> Graph {
        let samples = try (0..<16).map { Sample(try batch(of: model.graph, count: 1, seed: UInt64($0))) }
        return try Quantizer(QuantizationConfiguration()).quantize(model, calibratedOn: SampleArray(samples)).model
            .graph
    }

    /// Random inputs of the network: smooth fields with a little noise, which the layers do not average away.
    func batch(of graph: Graph, count: Int, seed: UInt64) throws -> [String: Tensor] {
        var numbers = SeededNumbers(seed: seed)
        var inputs: [String: Tensor] = [:]
        for port in graph.requiredInputs {
            let dimensions = try #require(port.type?.shape.dimensions)
            let shape = try Shape(dimensions.enumerated().map { $0.offset == 0 ? count : $0.element.value ?? 1 })
            let width = shape.dimensions.last ?? 1
            var values: [Float] = []
            var (slope, level): (Float, Float) = (0, 0)
            for index in 0..<shape.count {
                if index % (shape.count / count) == 0 {
                    (slope, level) = (
                        Float.random(in: -1...1, using: &numbers), Float.random(in: 0...1, using: &numbers)
                    )
                }
                let field = level + slope * Float(index % width) / Float(width)
                values.append(min(max(field + Float.random(in: -0.3...0.3, using: &numbers), 0), 1))
            }
            inputs[port.name.text] = try Tensor(values, shape: shape)
        }
        return inputs
    }
}
