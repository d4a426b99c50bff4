/// A box in a plane, its sides parallel to the axes. In FP32 like the boxes of detectors: whether two of them overlap
/// too much is decided by the last bit.
struct Rectangle {
    private let left: Float
    private let right: Float
    private let top: Float
    private let bottom: Float

    /// - Parameters:
    ///   - numbers: Center x, center y, width, height; or y, x, y, x of two opposite corners.
    ///   - isCentered: Which of these they are.
    init(_ numbers: ArraySlice<Float>, isCentered: Bool) {
        let first = numbers.startIndex
        let (a, b, c, d) = (numbers[first], numbers[first + 1], numbers[first + 2], numbers[first + 3])
        if isCentered {
            (left, right) = (a - c / 2, a + c / 2)
            (top, bottom) = (b - d / 2, b + d / 2)
        } else {
            (left, right) = (min(b, d), max(b, d))
            (top, bottom) = (min(a, c), max(a, c))
        }
    }

    private var area: Float { (right - left) * (bottom - top) }

    /// The area that two share, divided by the area that both cover; 0 where either has none.
    func overlap(with other: Rectangle) -> Float {
        let width = min(right, other.right) - max(left, other.left)
        let height = min(bottom, other.bottom) - max(top, other.top)
        guard width > 0, height > 0 else { return 0 }
        let shared = width * height
        let covered = area + other.area - shared
        guard shared > 0, area > 0, other.area > 0, covered > 0 else { return 0 }
        return shared / covered
    }
}
