import BitdepthOperators
import BitdepthTensors

/// What the bytes of a view mean.
enum Cell: Sendable, Hashable {
    case float32
    /// 8-bit codes, always unsigned in memory: a signed code lies there plus 128 (`isSigned`).
    case code(CodeFormat)
    /// Elements exactly as the graph's type has them.
    case raw(ElementType)

    /// Elements of a type as the graph has them; floats are ``float32``.
    init(_ element: ElementType) { self = element == .float32 ? .float32 : .raw(element) }

    /// The type of a tensor with these bytes.
    var element: ElementType {
        switch self {
        case .float32: .float32
        case .code: .uint8
        case .raw(let type): type
        }
    }

    var bytes: Int {
        switch self {
        case .float32: 4
        case .code: 1
        case .raw(let type): max(1, type.bitWidth / 8)
        }
    }
}

/// Whether codes in memory, which are unsigned, stand for signed ones.
struct CodeFormat: Sendable, Hashable {
    var isSigned: Bool
    /// What is added to a graph's code to get the one in memory.
    var offset: Int { isSigned ? 128 : 0 }
    var element: ElementType { isSigned ? .int8 : .uint8 }
}

/// Parameters of per-tensor 8-bit codes, in terms of the unsigned codes in memory.
struct CodeParameters: Sendable, Hashable {
    var scale: Float
    /// 0 … 255.
    var zeroPoint: Int
    var format: CodeFormat

    /// The codes that reals of `low ... high` may take: what a fused activation clamps to.
    func clamp(_ activation: Clamp?) -> (minimum: Int32, maximum: Int32) {
        guard let activation else { return (0, 255) }
        let parameters = QuantizationParameters(scale: scale, zeroPoint: zeroPoint, codes: 0...255)
        let minimum = parameters.quantize(activation.low)
        let maximum = parameters.quantize(activation.high)
        return (Int32(minimum), Int32(max(minimum, maximum)))
    }
}

/// A fused activation: the result is kept between two bounds (Relu: 0 and infinity).
struct Clamp: Sendable, Hashable {
    var low: Float
    var high: Float
    static let none = Clamp(low: -.infinity, high: .infinity)
}

typealias BufferID = Int

/// A value as it lies in a buffer.
struct View: Sendable {
    var buffer: BufferID
    /// The shape as the graph states it.
    var shape: Shape
    var layout: Layout
    var cell: Cell
    /// What lies around each image in the buffer; only the convolution that wants it may read such a view.
    var border: Border?

    /// Images, pixels per image and channels, as channels-last kernels see them.
    var channelsLast: (images: Int, pixels: Int, channels: Int) {
        guard shape.rank >= 2 else { return (1, 1, shape.count) }
        return (shape[0], shape.count(of: 2..<shape.rank), shape[1])
    }

    /// Both layouts are the same bytes when there is one channel, or one pixel.
    var isLayoutFree: Bool { shape.rank < 3 || shape[1] == 1 || shape.count(of: 2..<shape.rank) == 1 }
}
