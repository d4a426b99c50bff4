import BitdepthGraphs
import BitdepthOperators
import BitdepthRuntime

/// What Bitdepth can do with one operator: a row of the support table.
public struct OperatorSupport: Sendable {
    public var name: OperatorName
    /// Versions of the operator set that introduced or changed the operator, ascending.
    public var versions: [Int]
    public var inputs: ClosedRange<Int>
    public var outputs: ClosedRange<Int>
    public var kernels: KernelSupport

    public init(_ signature: OperatorSignature) {
        name = signature.name
        versions = signature.versions
        inputs = signature.inputCount
        outputs = signature.outputCount
        kernels = KernelSupport(of: signature.name)
    }

    /// Every operator of the catalogue: those of ONNX by name, then those of other domains.
    public static var all: [OperatorSupport] {
        OperatorCatalogue.all.all.map { OperatorSupport($0.signature) }.sorted {
            ($0.name.domain, $0.name.type) < ($1.name.domain, $1.name.type)
        }
    }

    /// The operators that a word means, whatever its case: `Conv`, `ai.onnx.Conv`, `com.microsoft.QLinearAdd`.
    public static func named(_ word: String) -> [OperatorSupport] {
        let word = word.lowercased()
        return all.filter { operation in
            let type = operation.name.type.lowercased()
            return word == type || word == "\(operation.domain).\(type)"
        }
    }

    /// `ai.onnx` for the standard domain, which files leave empty.
    public var domain: String { name.domain.isEmpty ? "ai.onnx" : name.domain }

    /// `sums`, or `reference` where the plain evaluation runs.
    public var float: String { kernels.float?.rawValue ?? "reference" }
    public var integer: String? { kernels.integer?.rawValue }

    public var quantization: String? { kernels.quantization?.summary }

    /// No operator has a gradient until training arrives.
    public var hasGradient: Bool { false }

    public var notes: [String] {
        var notes: [String] = []
        if kernels.integer != nil, kernels.quantization?.fusesActivation == true {
            notes.append("Relu or Clip behind it costs nothing")
        }
        if let plain = kernels.readAs { notes.append("read as \(plain) between QDQ") }
        if let parts = kernels.parts { notes.append("taken apart: \(parts)") }
        if kernels.integer == .unary { notes.append("on codes a table of 256 entries") }
        if kernels.integer != nil, kernels.integer != .conversion, kernels.quantization?.isFloat == true {
            notes.append("in integers only where a model's own QDQ ask for it")
        }
        return notes
    }
}
