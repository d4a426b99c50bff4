import BitdepthTensors

/// Element type and shape of a value, as far as they are known.
public struct TensorType: Sendable, Hashable {
    public var element: ElementType
    public var shape: PartialShape

    public init(_ element: ElementType, _ shape: PartialShape) {
        self.element = element
        self.shape = shape
    }

    public init(_ element: ElementType, _ shape: Shape) { self.init(element, PartialShape(shape)) }
    public init(of tensor: Tensor) { self.init(tensor.type, tensor.shape) }
}

extension TensorType: CustomStringConvertible {
    public var description: String { "\(element.shortName)\(shape)" }
}
