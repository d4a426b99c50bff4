import BitdepthGraphs
import BitdepthTensors

/// What flows along an edge while a graph runs.
public enum Value: Sendable, Equatable {
    case tensor(Tensor)
    /// A list of tensors of one element type; an empty one has no type of its own.
    case sequence([Tensor])
    /// An optional value that is not there. One that is there is simply the value.
    case absent

    /// The tensor that an operator needs here.
    ///
    /// - Throws: ``BitdepthError/Code/typeMismatch`` for a sequence or an absent value.
    public func tensor(_ what: String) throws(BitdepthError) -> Tensor {
        switch self {
        case .tensor(let tensor): return tensor
        case .sequence: throw BitdepthError(.typeMismatch, "\(what) is a sequence; a tensor is needed")
        case .absent: throw BitdepthError(.typeMismatch, "\(what) is an optional value that is not there")
        }
    }

    /// The tensors of the sequence that an operator needs here.
    func sequence(_ what: String) throws(BitdepthError) -> [Tensor] {
        switch self {
        case .sequence(let tensors): return tensors
        case .tensor(let tensor): throw BitdepthError(.typeMismatch, "\(what) is \(tensor); a sequence is needed")
        case .absent: throw BitdepthError(.typeMismatch, "\(what) is an optional value that is not there")
        }
    }

    public var kind: ValueKind {
        switch self {
        case .tensor: .tensor
        case .sequence: .sequence
        case .absent: .optional
        }
    }
}

extension Value: CustomStringConvertible {
    public var description: String {
        switch self {
        case .tensor(let tensor): tensor.description
        case .sequence(let tensors): "sequence of \(tensors.count) tensors"
        case .absent: "nothing"
        }
    }
}

extension [Value?] {
    /// The input at a position that must be there.
    func required(_ index: Int, _ name: String) throws(BitdepthError) -> Value {
        guard index < count, let value = self[index] else {
            throw BitdepthError(.invalidGraph, "input \(index) (\(name)) is missing")
        }
        return value
    }

    /// The tensor at a position that must be there.
    func tensor(_ index: Int, _ name: String) throws(BitdepthError) -> Tensor {
        try required(index, name).tensor("input \(index) (\(name))")
    }

    /// The sequence at a position that must be there.
    func sequence(_ index: Int, _ name: String) throws(BitdepthError) -> [Tensor] {
        try required(index, name).sequence("input \(index) (\(name))")
    }

    /// The input at a position, `nil` when it is left out.
    func optional(_ index: Int) -> Value? { index < count ? self[index] : nil }
}
