import BitdepthGraphs
import BitdepthTensors

/// A window that fades a piece of a signal in and out: `a - b · cos(2πn/D) + c · cos(4πn/D)` for n from 0 up to, not
/// including, its size. D is the size where the window is periodic, else one less, so that its last element is its
/// first.
///
/// Source: Harris 1978 (doi 10.1109/PROC.1978.10837).
public protocol CosineWindow: FoldableOperator {
    static var coefficients: CosineCoefficients { get }
    var form: WindowForm { get }
}

/// The weights of the cosines that a window is the sum of.
public struct CosineCoefficients: Sendable {
    public var constant: Double
    public var once: Double
    public var twice: Double = 0
}

/// What the attributes say of a window.
public struct WindowForm: Sendable {
    public let isPeriodic: Bool
    public let type: ElementType

    init(_ attributes: AttributeReader) throws(BitdepthError) {
        isPeriodic = try attributes.flag("periodic", default: true)
        type = try attributes.outputDataType()
    }
}

extension AttributeReader {
    /// The element type that attribute `output_datatype` names: any that holds numbers.
    func outputDataType() throws(BitdepthError) -> ElementType {
        let type = try ElementType(onnxDataType: try int("output_datatype", default: 1))
        guard type != .bool else { throw invalid("output_datatype", "is bool; it must be a type of numbers") }
        return type
    }
}

extension CosineWindow {
    public func outputTypes(_ inputs: [Fact?]) throws(BitdepthError) -> [TensorType] {
        guard let constant = try inputs.required(0, "size").constant else {
            return [TensorType(form.type, PartialShape([.unknown]))]
        }
        return [TensorType(form.type, try Shape([try constant.integer("size")]))]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let shape = try outputShape(inputs)
        // A window of one element is its middle.
        guard shape.count > 1 || form.isPeriodic else {
            return [try Tensor([Double](repeating: 1, count: shape.count)).converted(to: form.type)]
        }
        let period = Double(form.isPeriodic ? shape.count : shape.count - 1)
        let (a, b, c) = (Self.coefficients.constant, Self.coefficients.once, Self.coefficients.twice)
        let values = (0..<shape.count).map { n in
            let angle = 2 * Double.pi * Double(n) / period
            // In this order the peaks are exactly 1, which integers need.
            return c * RealFunctions.cos(2 * angle) - b * RealFunctions.cos(angle) + a
        }
        return [try Tensor(values, shape: shape).converted(to: form.type)]
    }
}
