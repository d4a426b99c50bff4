/// A function of a range of indices and what it works on: what threads share out among themselves, by ranges.
struct RangeCall {
    typealias Entry = @convention(c) (_ context: UnsafeRawPointer?, _ begin: Int64, _ end: Int64) -> Void

    let entry: Entry
    let context: UnsafeRawPointer?
    /// The function is called with ranges that together are `0..<count`.
    let count: Int

    /// Calls the function with one of `parts` equal ranges.
    @inline(__always)
    func run(part: Int, of parts: Int) {
        let begin = count * part / parts, end = count * (part + 1) / parts
        if begin < end { entry(context, Int64(begin), Int64(end)) }
    }
}
