import BitdepthTensors

extension ChunkedWork {
    /// Calls `body` for each chunk, on threads of its own, and combines the results as they come: memory does not grow with
    /// the number of chunks.
    ///
    /// - Parameter combine: Takes one chunk's result in; the order in which it is called varies, so the outcome must not
    ///   depend on it.
    /// - Throws: The error of the first chunk that failed.
    public func fold<Result: Sendable>(
        into initial: Result, combine: @escaping @Sendable (inout Result, Result) -> Void,
        _ body: @escaping @Sendable (Range<Int>) throws(BitdepthError) -> Result
    ) throws(BitdepthError) -> Result {
        let combined = Lock<Result>(initial)
        _ = try map { range throws(BitdepthError) -> Bool in
            let part = try body(range)
            combined.withLock { combine(&$0, part) }
            return true
        }
        return combined.withLock { $0 }
    }
}
