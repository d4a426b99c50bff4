import BitdepthTensors

/// A model file without the payloads of its tensors: small enough to be parsed as a whole, whatever the file's size.
///
/// In place of each payload stands an `external_data` entry whose key is ``marker``, a word that was drawn for this one read, so
/// that no file can contain it, and whose value is a position in ``payloads``.
struct Skeleton {
    var bytes: [UInt8]
    var payloads: [Payload]
    var marker: String

    struct Payload: Sendable {
        var offset: UInt64
        var count: UInt64
        var field: TensorField
    }

    /// Payloads up to this size stay where they are: scalars and shapes are needed at once anyway.
    static let inlineBytes: UInt64 = 1 << 10
}

extension Skeleton {
    /// Walks the wire format of a model once, with a stack of its own.
    ///
    /// - Throws: ``BitdepthError/Code/malformedFile`` and ``BitdepthError/Code/truncatedFile`` with the offset;
    ///   ``BitdepthError/Code/limitExceeded`` naming the limit.
    init(of file: OpenFile, limits: Limits) throws(BitdepthError) {
        guard file.size > 0 else {
            throw BitdepthError(.malformedFile, "the file is empty", at: .init(file: file.path, offset: 0))
        }
        var walk = SkeletonWalk(file, limits: limits)
        try walk.run()
        self.init(bytes: walk.output, payloads: walk.payloads, marker: walk.marker)
    }
}

private struct SkeletonWalk {
    private var scanner: FileScanner
    private let limits: Limits
    private var frames: [Frame]
    private var nodes = 0
    private var tensors = 0
    private(set) var output: [UInt8] = []
    private(set) var payloads: [Skeleton.Payload] = []
    let marker: String

    private struct Frame {
        var kind: MessageKind
        /// Where the message ends in the file.
        var end: UInt64
        /// Where its content begins in the output, behind the length that is filled in at the end.
        var start: Int
    }

    /// The length of a message is known only behind it, so room for the longest is left.
    private static let lengthBytes = 5

    init(_ file: OpenFile, limits: Limits) {
        scanner = FileScanner(file)
        self.limits = limits
        frames = [Frame(kind: .model, end: file.size, start: 0)]
        marker =
            "bitdepth:" + String(UInt64.random(in: .min ... .max), radix: 36)
            + String(UInt64.random(in: .min ... .max), radix: 36)
    }

    mutating func run() throws(BitdepthError) {
        while let frame = frames.last {
            if scanner.position == frame.end {
                frames.removeLast()
                if !frames.isEmpty { fillLength(of: frame) }
            } else {
                try field(of: frame)
            }
            guard output.count <= limits.structureBytes else {
                throw exceeded("structure", limits.structureBytes, "bytes without tensors")
            }
        }
    }

    private mutating func field(of frame: Frame) throws(BitdepthError) {
        let start = scanner.position
        let key = try scanner.varint(before: frame.end)
        let number = key >> 3
        guard number > 0, number <= 0x1FFF_FFFF, let type = WireType(rawValue: key & 7) else {
            throw scanner.malformed("field \(number) of wire type \(key & 7)", at: start)
        }
        switch type {
        case .varint:
            appendVarint(key, to: &output)
            appendVarint(try scanner.varint(before: frame.end), to: &output)
        case .fixed64:
            appendVarint(key, to: &output)
            try scanner.copy(8, before: frame.end, to: &output)
        case .fixed32:
            appendVarint(key, to: &output)
            try scanner.copy(4, before: frame.end, to: &output)
        case .bytes:
            try lengthDelimited(key, number, in: frame)
        case .startGroup, .endGroup:
            // ONNX has never had groups.
            throw scanner.malformed("field \(number) is a group", at: start)
        }
    }

    private mutating func lengthDelimited(_ key: UInt64, _ number: UInt64, in frame: Frame) throws(BitdepthError) {
        let count = try scanner.varint(before: frame.end)
        let start = scanner.position
        if let kind = frame.kind.child(number) {
            try scanner.skip(count, before: frame.end)
            let end = scanner.position
            scanner.rewind(to: start)
            try enter(kind, key: key, end: end)
        } else if count > Skeleton.inlineBytes, frame.kind == .tensor, let field = TensorField(rawValue: number) {
            try scanner.skip(count, before: frame.end)
            appendEntry(marker, String(payloads.count))
            payloads.append(Skeleton.Payload(offset: start, count: count, field: field))
        } else {
            guard count <= UInt64(limits.structureBytes) else {
                throw exceeded("structure", limits.structureBytes, "bytes without tensors")
            }
            appendVarint(key, to: &output)
            appendVarint(count, to: &output)
            try scanner.copy(count, before: frame.end, to: &output)
        }
    }

    private mutating func enter(_ kind: MessageKind, key: UInt64, end: UInt64) throws(BitdepthError) {
        if kind == .node { nodes += 1 }
        if kind == .tensor { tensors += 1 }
        guard nodes <= limits.nodes else { throw exceeded("nodes", limits.nodes, "nodes") }
        guard tensors <= limits.tensors else { throw exceeded("tensors", limits.tensors, "tensors") }
        guard frames.count < limits.depth else { throw exceeded("depth", limits.depth, "messages inside each other") }
        appendVarint(key, to: &output)
        output.append(contentsOf: repeatElement(0, count: SkeletonWalk.lengthBytes))
        frames.append(Frame(kind: kind, end: end, start: output.count))
    }

    /// Writes the length with leading zeros, which protobuf allows, so that nothing behind it has to move.
    private mutating func fillLength(of frame: Frame) {
        var rest = output.count - frame.start
        for index in frame.start - SkeletonWalk.lengthBytes..<frame.start {
            output[index] = UInt8(rest & 0x7F) | (index < frame.start - 1 ? 0x80 : 0)
            rest >>= 7
        }
    }

    /// Field 13 of a TensorProto: a StringStringEntryProto.
    private mutating func appendEntry(_ key: String, _ value: String) {
        var entry: [UInt8] = []
        for (number, text) in [(UInt64(1), key), (2, value)] {
            appendVarint(number << 3 | WireType.bytes.rawValue, to: &entry)
            appendVarint(UInt64(text.utf8.count), to: &entry)
            entry.append(contentsOf: text.utf8)
        }
        appendVarint(13 << 3 | WireType.bytes.rawValue, to: &output)
        appendVarint(UInt64(entry.count), to: &output)
        output.append(contentsOf: entry)
    }

    private func exceeded(_ name: String, _ limit: Int, _ what: String) -> BitdepthError {
        BitdepthError(
            .limitExceeded, "the model has more than \(limit) \(what) (limit \"\(name)\")",
            at: .init(file: scanner.file.path, offset: scanner.position))
    }
}
