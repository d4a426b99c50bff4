import BitdepthTensors
import SystemPackage

/// The file beside a model that holds its large tensors. Its name is made from the model's, never taken from an input.
struct ExternalDataFile {
    let file: AtomicFile
    private let location: String

    struct Place {
        var location: String
        var offset: UInt64
        var count: UInt64
    }

    init(besides model: String, force: Bool) throws(BitdepthError) {
        location = (FilePath(model).lastComponent?.string ?? "model.onnx") + ".data"
        file = try AtomicFile(model + ".data", force: force)
    }

    /// Writes payloads of at least `minimum` bytes, each on a page of its own so that other tools may map it.
    ///
    /// - Returns: Where each lies, by its position in `payloads`.
    func place(_ payloads: [Tensor], from minimum: Int) throws(BitdepthError) -> [Int: Place] {
        let page: UInt64 = 4096
        var places: [Int: Place] = [:]
        for (index, tensor) in payloads.enumerated() where tensor.byteCount >= minimum {
            let gap = (page - file.count % page) % page
            try file.write([UInt8](repeating: 0, count: Int(gap)))
            places[index] = Place(location: location, offset: file.count, count: UInt64(tensor.byteCount))
            try file.write(tensor)
        }
        return places
    }
}

extension AtomicFile {
    /// Appends a tensor's bytes; those that lie in a file are copied in steps.
    func write(_ tensor: Tensor) throws(BitdepthError) {
        guard let region = tensor.region else {
            try tensor.withBytes { bytes throws(BitdepthError) in try write(bytes) }
            return
        }
        let step = 1 << 20
        var done = 0
        while done < region.count {
            let count = min(step, region.count - done)
            try write(try region.file.bytes(at: region.offset + UInt64(done), count: count))
            done += count
        }
    }
}
