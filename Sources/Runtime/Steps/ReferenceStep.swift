import BitdepthOperators
import BitdepthTensors

/// Evaluates an operator by its reference: copies operands out of the arena and results back into it.
struct ReferenceStep: Step {
    enum Operand: Sendable {
        case memory(Location, Shape, ElementType)
        case constant(Tensor)
        case missing
    }

    struct Result: Sendable {
        var location: Location
        var shape: Shape
        var type: ElementType
    }

    var place: BitdepthError.Place
    var op: any Operator
    var operands: [Operand]
    var results: [Result?]

    func bind(to frame: Frame, _ calls: inout CallList) {
        calls.alone { () throws(BitdepthError) in try run(frame) }
    }

    private func run(_ frame: Frame) throws(BitdepthError) {
        try locating(place) { () throws(BitdepthError) in
            var tensors: [Tensor?] = []
            for operand in operands { tensors.append(try tensor(operand, frame)) }
            let values = try op.evaluate(tensors)
            for (index, result) in results.enumerated() {
                guard let result else { continue }
                guard index < values.count else { throw BitdepthError(.internal, "output \(index) did not come out") }
                let value = values[index]
                guard value.shape == result.shape, value.type == result.type else {
                    throw BitdepthError(
                        .internal, "\(value) came out where \(result.type.shortName)\(result.shape) was inferred")
                }
                try value.withBytes { bytes in
                    if let base = bytes.baseAddress {
                        frame.pointer(result.location).copyMemory(from: base, byteCount: bytes.count)
                    }
                }
            }
        }
    }

    private func tensor(_ operand: Operand, _ frame: Frame) throws(BitdepthError) -> Tensor? {
        switch operand {
        case .missing: nil
        case .constant(let tensor): tensor
        case .memory(let location, let shape, let type):
            try Tensor(shape: shape, type: type) { buffer in
                buffer.copyMemory(from: UnsafeRawBufferPointer(start: frame.pointer(location), count: buffer.count))
            }
        }
    }
}
