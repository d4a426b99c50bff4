import BitdepthCalibration
import BitdepthEvaluation
import BitdepthGraphs
import BitdepthRuntime
import BitdepthTensors

/// Models beyond the memory budget: constants that the work makes lie in a temporary file until they are used.
extension Quantizer {
    /// A temporary file for the constants of a graph; `nil` where memory holds the graph.
    func scratchFile(for graph: Graph) throws(BitdepthError) -> ScratchFile? {
        guard let memory, !memory.holds(graph) else { return nil }
        return try ScratchFile(in: memory.scratchFolder)
    }

    func calibrator(_ graph: Graph, observing values: [ValueName]) -> Calibrator {
        var calibrator = Calibrator(graph, observing: values, threads: threads, instructionSet: instructionSet)
        calibrator.memory = memory
        return calibrator
    }

    /// - Throws: ``BitdepthError/Code/outOfMemory`` where ranges would have to be refined on a model that does not fit.
    func checkRefinement(_ graph: Graph) throws(BitdepthError) {
        guard configuration.calibration.methods.count > 1, let memory, !memory.holds(graph) else { return }
        throw BitdepthError(
            .outOfMemory,
            "ranges can be chosen by \(configuration.calibration) only for a model that fits the memory budget of \(memory.bytes) bytes",
            help: ["choose one method: --calib mse", "--memory sets the budget"])
    }

    /// Brings 16-bit weights to FP32 one by one. One of them is left, so that all else that is of 16 bits is still found.
    func widenedOutside(_ graph: Graph) throws(BitdepthError) -> Graph {
        guard let scratch = try scratchFile(for: graph) else { return graph }
        var graph = graph
        let halves = graph.initializers.filter { $0.value.type.isHalf }.sorted {
            $0.value.byteCount < $1.value.byteCount
        }
        for (name, tensor) in halves.dropFirst() {
            graph.initializers[name] = try scratch.holding(try tensor.converted(to: .float32))
        }
        return graph
    }

    /// Lets constants that passes have made wait in a temporary file.
    func storedOutside(_ graph: Graph) throws(BitdepthError) -> Graph {
        guard let scratch = try scratchFile(for: graph) else { return graph }
        var graph = graph
        for (name, tensor) in graph.initializers { graph.initializers[name] = try scratch.holding(tensor) }
        return graph
    }
}

extension ScratchFile {
    /// Constants that are not worth a place outside.
    private static let smallestMoved = 1 << 16

    /// The tensor with its bytes in this file, if they are many and still in memory.
    func holding(_ tensor: Tensor) throws(BitdepthError) -> Tensor {
        tensor.region == nil && tensor.byteCount >= ScratchFile.smallestMoved ? try moved(tensor) : tensor
    }
}
