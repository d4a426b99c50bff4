import BitdepthFormats
import BitdepthTensors

/// Image files as samples: each decoded, oriented, and brought to the size and colours that the model takes when it is asked for.
struct ImageCollection: SampleSource {
    let count: Int
    let summary: String
    private let paths: [String]
    private let input: InputSpecification
    private let options: DataSource.Options

    /// - Throws: ``BitdepthError/Code/badData`` where images cannot be all that the model takes.
    init(
        _ paths: [String], inputs: [InputSpecification], options: DataSource.Options, name: String
    ) throws(BitdepthError) {
        guard ImageDecoder.isAvailable else { throw ImageDecoder.unavailable.inside(.init(file: name)) }
        guard let input = inputs.first, inputs.count == 1 else {
            throw BitdepthError(
                .badData, "images are one input, the model has \(inputs.count)", at: .init(file: name),
                help: [
                    "give an .npz file whose keys are the model's input names: "
                        + inputs.map(\.name).joined(separator: ", ")
                ])
        }
        if let batch = input.shape.dimensions?.first?.value, batch != 1, input.shape.dimensions?.count == 4 {
            throw BitdepthError(
                .badData, "the model takes \(batch) images at a time, input \(input)",
                at: .init(file: name, tensor: input.name),
                help: ["export it with a free batch axis or a batch of 1, or give batches as .npy"])
        }
        self.paths = paths
        self.input = input
        self.options = options
        count = paths.count
        summary = paths.count == 1 && paths[0] == name ? name : "\(name) · \(paths.count) images"
    }

    func sample(at index: Int) throws(BitdepthError) -> Sample {
        try checkIndex(index)
        let path = paths[index]
        return try locating(.init(file: path)) { () throws(BitdepthError) in
            let image = try options.image.apply(
                to: try ImageDecoder.read(path, limits: options.limits), for: ImageTarget(input))
            let tensor = try image.tensor(options.layout ?? input.layout)
            // An input without an axis for channels, or one row of numbers, takes the same pixels in its own shape.
            let arrangement = try Arrangement(tensor.shape, for: input, layout: options.layout, path: path)
            return Sample(name: path, [input.name: try tensor.reshaped(to: arrangement.sampleShape)])
        }
    }

    func sampleIfReadable(at index: Int) throws(BitdepthError) -> Sample? {
        guard let skipped = options.skipped else { return try sample(at: index) }
        return try skipped.sampleIfReadable(at: index, of: self)
    }
}
