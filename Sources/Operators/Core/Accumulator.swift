/// Numbers in which sums of products are formed: Double for floats, Int for integers.
///
/// Integer sums wrap instead of trapping: those of 8-bit and 16-bit products are exact, those of wide integers wrap in
/// the operator's own type as well.
protocol Accumulator: Sendable {
    static var zero: Self { get }
    mutating func add(_ a: Self, times b: Self)
}

extension Double: Accumulator {
    // Not fused: without a hardware instruction in the baseline a fused multiply-add is a slow library call.
    @inline(__always)
    mutating func add(_ a: Double, times b: Double) { self += a * b }
}

extension Int: Accumulator {
    @inline(__always)
    mutating func add(_ a: Int, times b: Int) { self &+= a &* b }
}
