import BitdepthTensors

/// What a model asks of one of its inputs.
public struct InputSpecification: Sendable, Hashable {
    public var name: String
    public var type: ElementType
    /// With the batch axis, if the input has one.
    public var shape: PartialShape

    public init(name: String, type: ElementType, shape: PartialShape) {
        self.name = name
        self.type = type
        self.shape = shape
    }

    /// Whether the first axis may have any extent: the batch.
    public var hasFreeBatch: Bool {
        guard let first = shape.dimensions?.first else { return false }
        return first.value == nil
    }

    /// Where the channels of an image lie: last only if the last axis alone has the extent of a channel axis (1 ... 4), as in
    /// models that come from TensorFlow; else first, as ONNX's operators have them.
    public var layout: DataLayout {
        guard let dimensions = shape.dimensions, dimensions.count >= 4 else { return .channelsFirst }
        let isChannels = { (dimension: Dimension) in
            dimension.value.map { DataLayout.imageChannels.contains($0) } ?? false
        }
        return isChannels(dimensions[dimensions.count - 1]) && !isChannels(dimensions[1])
            ? .channelsLast : .channelsFirst
    }
}

extension InputSpecification: CustomStringConvertible {
    public var description: String { "\"\(name)\" \(type.shortName)\(shape)" }
}
