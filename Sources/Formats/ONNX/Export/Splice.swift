import BitdepthTensors

/// Puts payloads into an encoded model: the inverse of ``Skeleton``.
///
/// The lengths of all messages around a payload grow with it, so the pieces are planned first and then written in one go.
struct Splice {
    private enum Piece {
        case bytes([UInt8])
        case payload(Tensor)
    }

    private var pieces: [Piece] = []
    private let payloads: [Tensor]
    private let external: [Int: ExternalDataFile.Place]

    /// - Parameters:
    ///   - message: An encoded ModelProto in which `external_data` entries with ``marker`` as key stand for payloads.
    ///   - external: Payloads that lie in the external data file, by position.
    init(_ message: [UInt8], payloads: [Tensor], external: [Int: ExternalDataFile.Place]) throws(BitdepthError) {
        self.payloads = payloads
        self.external = external
        pieces = try expand(message[...], as: .model).pieces
    }

    func write(to file: AtomicFile) throws(BitdepthError) {
        for piece in pieces {
            switch piece {
            case .bytes(let bytes): try file.write(bytes)
            case .payload(let tensor): try file.write(tensor)
            }
        }
    }

    /// What is written in memory in place of a payload. Models come from ``ModelExport`` only, so nobody can fake it.
    static let marker = "bitdepth:payload"

    private struct Expansion {
        var pieces: [Piece] = []
        var size: UInt64 = 0

        mutating func append(_ bytes: ArraySlice<UInt8>) {
            size += UInt64(bytes.count)
            if case .bytes(var last)? = pieces.last {
                pieces.removeLast()
                last.append(contentsOf: bytes)
                pieces.append(.bytes(last))
            } else {
                pieces.append(.bytes(Array(bytes)))
            }
        }

        mutating func append(key: UInt64, length: UInt64) {
            var bytes: [UInt8] = []
            appendVarint(key, to: &bytes)
            appendVarint(length, to: &bytes)
            append(bytes[...])
        }

        mutating func append(_ other: Expansion) {
            for piece in other.pieces {
                switch piece {
                case .bytes(let bytes): append(bytes[...])
                case .payload(let tensor):
                    pieces.append(piece)
                    size += UInt64(tensor.byteCount)
                }
            }
        }
    }

    private func expand(_ message: ArraySlice<UInt8>, as kind: MessageKind) throws(BitdepthError) -> Expansion {
        var result = Expansion()
        var reader = EncodedFields(message)
        while let field = try reader.next() {
            if let content = field.content, let child = kind.child(field.key >> 3) {
                let inner = try expand(content, as: child)
                result.append(key: field.key, length: inner.size)
                result.append(inner)
            } else if kind == .tensor, field.key == ModelExport.externalDataKey, let content = field.content,
                let index = try ModelExport.payloadIndex(content), payloads.indices.contains(index)
            {
                append(payload: index, to: &result)
            } else {
                result.append(field.whole)
            }
        }
        return result
    }

    private func append(payload index: Int, to result: inout Expansion) {
        guard let place = external[index] else {
            let tensor = payloads[index]
            result.append(
                key: TensorField.raw.rawValue << 3 | WireType.bytes.rawValue, length: UInt64(tensor.byteCount))
            result.pieces.append(.payload(tensor))
            result.size += UInt64(tensor.byteCount)
            return
        }
        for (key, value) in [
            ("location", place.location), ("offset", String(place.offset)), ("length", String(place.count)),
        ] {
            let entry = ModelExport.entry(key, value)
            result.append(key: ModelExport.externalDataKey, length: UInt64(entry.count))
            result.append(entry[...])
        }
        // data_location = EXTERNAL
        result.append([14 << 3, 1][...])
    }
}
