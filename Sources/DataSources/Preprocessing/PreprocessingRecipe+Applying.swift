import BitdepthTensors

extension PreprocessingRecipe {
    /// The sample as the model wants it: every tensor of a known input preprocessed and in the input's element type.
    public func apply(to sample: Sample, inputs: [InputSpecification]) throws(BitdepthError) -> Sample {
        var result = sample
        for input in inputs {
            guard let tensor = sample.tensors[input.name] else { continue }
            result.tensors[input.name] = try locating(.init(sample: sample.name)) { () throws(BitdepthError) in
                try apply(to: tensor, input: input)
            }
        }
        return result
    }

    /// The tensor as the model wants it: axes reordered, `(x / scale - mean) / std` in FP32 with each operation rounded once and
    /// in this order, then in the input's element type.
    ///
    /// Values of integer inputs (token numbers, masks) are only converted; a recipe is about measurements.
    ///
    /// - Parameter tensor: With batch axis, in the data's layout: what a ``SampleSource`` gives.
    /// - Throws: ``BitdepthError/Code/badPreprocessing`` when lists do not have the input's number of channels;
    ///   ``BitdepthError/Code/badData`` for floats that an integer input cannot hold.
    public func apply(to tensor: Tensor, input: InputSpecification) throws(BitdepthError) -> Tensor {
        let place = BitdepthError.Place(tensor: input.name)
        return try locating(place) { () throws(BitdepthError) in
            let target = input.layout
            var result = tensor
            if let layout, let axes = layout.axes(to: target, rank: tensor.shape.rank) {
                result = try tensor.transposed(axes)
            }
            guard input.type.isFloatingPoint else { return try PreprocessingRecipe.integers(result, input) }
            guard changesValues else { return try result.converted(to: input.type) }
            var values = try result.fastFloats()
            try normalize(&values, shape: result.shape, channelAxis: channelAxis(of: result.shape, target))
            result = try Tensor(values, shape: result.shape)
            if let type { result = try result.converted(to: type) }
            return try result.converted(to: input.type)
        }
    }

    /// The model's channel axis, or the last one where only that has as many channels as the lists.
    private func channelAxis(of shape: Shape, _ layout: DataLayout) -> Int {
        let axis = layout.channelAxis(rank: shape.rank)
        let channels = max(mean.count, std.count)
        guard channels > 1, shape.rank > 1, shape[axis] != channels, shape[shape.rank - 1] == channels else {
            return axis
        }
        return shape.rank - 1
    }

    private func normalize(_ values: inout [Float], shape: Shape, channelAxis axis: Int) throws(BitdepthError) {
        let channels = axis >= 0 && axis < shape.rank ? shape[axis] : 1
        for (name, list) in [("mean", mean), ("std", std)] where list.count > 1 && list.count != channels {
            throw BitdepthError(
                .badPreprocessing,
                "\(name) has \(list.count) numbers, but the input has \(channels) channels (shape \(shape))",
                help: ["give one number, or one for each channel"])
        }
        let inner = axis >= 0 && axis < shape.rank ? shape.count(of: axis + 1..<shape.rank) : shape.count
        guard inner > 0, !values.isEmpty else { return }
        let divisor = scale ?? 1
        for (run, start) in stride(from: 0, to: values.count, by: inner).enumerated() {
            let channel = run % max(channels, 1)
            let offset = mean.isEmpty ? 0 : mean[mean.count == 1 ? 0 : channel]
            let spread = std.isEmpty ? 1 : std[std.count == 1 ? 0 : channel]
            for index in start..<start + inner { values[index] = (values[index] / divisor - offset) / spread }
        }
    }

    private static func integers(_ tensor: Tensor, _ input: InputSpecification) throws(BitdepthError) -> Tensor {
        if tensor.type == input.type { return tensor }
        var values: [Int] = []
        if tensor.type.isFloatingPoint {
            values.reserveCapacity(tensor.count)
            for value in try tensor.doubles() {
                guard let integer = Int(exactly: value) else {
                    throw BitdepthError(.badData, "\(value) is no whole number, which input \(input) needs")
                }
                values.append(integer)
            }
        } else {
            values = try tensor.integers()
        }
        do throws(BitdepthError) {
            return try Tensor(integers: values, shape: tensor.shape, type: input.type)
        } catch {
            throw BitdepthError(
                .badData, "data of type \(tensor.type.shortName) do not fit input \(input): \(error.message)")
        }
    }
}

extension Tensor {
    /// ``floats()``, without the detour over integers for bytes, of which images consist.
    fileprivate func fastFloats() throws(BitdepthError) -> [Float] {
        guard type == .uint8 else { return try floats() }
        return try withElements(of: UInt8.self) { bytes in bytes.map { Float($0) } }
    }
}
