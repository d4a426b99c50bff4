import BitdepthTensors

/// Several samples in one: their tensors concatenated along the first axis.
public enum Batch {
    /// - Returns: A sample of the same tensor names, its name made from the first's and the last's.
    /// - Throws: ``BitdepthError/Code/noSamples`` for none; ``BitdepthError/Code/badData`` when names, types or shapes (first axis
    ///   aside) differ.
    public static func assemble(_ samples: [Sample]) throws(BitdepthError) -> Sample {
        guard let first = samples.first, let last = samples.last else {
            throw BitdepthError(.noSamples, "a batch of no samples")
        }
        guard samples.count > 1 else { return first }
        var tensors: [String: Tensor] = [:]
        for name in first.tensors.keys.sorted() {
            var parts: [Tensor] = []
            for sample in samples {
                guard let part = sample.tensors[name], sample.tensors.count == first.tensors.count else {
                    throw BitdepthError(
                        .badData, "samples of one batch have different tensors; \"\(name)\" is not in every one",
                        at: .init(tensor: name, sample: sample.name))
                }
                parts.append(part)
            }
            tensors[name] = try concatenate(parts, name: name, samples)
        }
        return Sample(name: "\(first.name) … \(last.name)", tensors)
    }

    /// The rows of `tensor` as tensors of the given numbers of rows: what `assemble` put together.
    ///
    /// - Throws: ``BitdepthError/Code/valueOutOfRange`` when there are fewer rows.
    public static func split(_ tensor: Tensor, rows: [Int]) throws(BitdepthError) -> [Tensor] {
        var parts: [Tensor] = []
        var start = 0
        for count in rows {
            parts.append(try tensor.rows(start..<start + max(count, 0)))
            start += max(count, 0)
        }
        return parts
    }

    private static func concatenate(_ parts: [Tensor], name: String, _ samples: [Sample]) throws(BitdepthError)
        -> Tensor
    {
        let first = parts[0]
        let rest = Array(first.shape.dimensions.dropFirst())
        var rows = 0
        for (part, sample) in zip(parts, samples) {
            guard part.type == first.type, let extent = part.shape.dimensions.first,
                Array(part.shape.dimensions.dropFirst()) == rest,
                !part.type.isPacked
            else {
                throw BitdepthError(
                    .badData,
                    "\(part) and \(first) cannot be in one batch: expected equal types and shapes but for the first axis",
                    at: .init(tensor: name, sample: sample.name), help: ["run with a batch size of 1"])
            }
            rows += extent
        }
        return try Tensor(shape: try Shape([rows] + rest), type: first.type) { target throws(BitdepthError) in
            var position = 0
            for part in parts {
                try part.withBytes { target[position..<position + $0.count].copyBytes(from: $0) }
                position += part.byteCount
            }
        }
    }
}
