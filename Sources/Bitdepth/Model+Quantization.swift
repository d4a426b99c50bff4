import BitdepthDataSources
import BitdepthGraphs
import BitdepthOperators
import BitdepthQuantization
import BitdepthRuntime
import BitdepthTensors

extension Model {
    /// The model with integer weights and activations, ranges chosen on calibration samples.
    ///
    /// Runs on threads of its own; stops with ``BitdepthError/Code/cancelled`` when the task is cancelled.
    ///
    /// - Parameters:
    ///   - samples: Inputs as the model takes them (preprocessed).
    /// - Throws: ``BitdepthError/Code/nothingQuantized``, ``BitdepthError/Code/notANumber``, ``BitdepthError/Code/noSamples``.
    public func quantized(
        _ configuration: QuantizationConfiguration, calibratedOn samples: [Sample], threads: Int = 1
    ) async throws(BitdepthError) -> Model {
        try await quantized(configuration, calibratedOn: SampleArray(samples), threads: threads)
    }

    public func quantized(
        _ configuration: QuantizationConfiguration, calibratedOn samples: any SampleSource, threads: Int = 1
    ) async throws(BitdepthError) -> Model {
        let quantizer = Quantizer(configuration, threads: threads)
        let cancellation = TaskCancellation()
        let contents = contents
        let outcome = await withTaskCancellationHandler {
            await Detached.run { () -> Result<ModelGraph, BitdepthError> in
                do throws(BitdepthError) {
                    return .success(
                        try quantizer.quantize(contents, calibratedOn: samples) { _, _, _ throws(BitdepthError) in
                            try cancellation.check()
                        }.model)
                } catch {
                    return .failure(error)
                }
            }
        } onCancel: {
            cancellation.cancel()
        }
        return Model(try outcome.get())
    }
}
