import BitdepthTensors

/// Runs without allocations: inputs are written to where the program reads them, outputs read where it leaves them.
///
/// ```swift
/// let session = compiled.makeSession()
/// while let image = nextImage() {
///     try session.withInput("image") { (pixels: inout MutableSpan<Float>) in
///         for index in pixels.indices { pixels[index] = image[index] }
///     }
///     try session.run()
///     best = try session.withOutput("logits") { (logits: Span<Float>) in indexOfLargest(logits) }
/// }
/// ```
///
/// Steps that are evaluated by an operator's reference, which `bench --explain` names, do allocate.
extension Session {
    /// Fixes the shapes of the inputs for ``withInput(_:_:)`` and ``run()``, and compiles the graph for them. A graph that
    /// states all shapes needs this only to take that time beforehand.
    ///
    /// - Parameter shapes: Of inputs whose shapes the graph leaves open, or that have a default which is not wanted.
    /// - Throws: ``BitdepthError/Code/badData`` for an unknown input or a shape that the graph does not take;
    ///   ``BitdepthError/Code/unknownShape`` where a shape is still open, or is known only in running.
    public borrowing func prepare(_ shapes: [String: Shape] = [:]) throws(BitdepthError) {
        _ = try memory.prepare(graph, shapes)
    }

    /// Lets `body` write an input. A run uses its inputs up: each must be written again before the next.
    ///
    /// - Parameter body: Gets the elements in row-major order, uninitialized or left from before; 16-bit floats as `Float`.
    /// - Throws: ``BitdepthError/Code/badData`` for an unknown input; ``BitdepthError/Code/typeMismatch`` when its elements
    ///   are not of type `Element`; what `body` and ``prepare(_:)`` throw.
    public borrowing func withInput<Element: TensorElement, Result>(
        _ name: String, _ body: (inout MutableSpan<Element>) throws(BitdepthError) -> Result
    ) throws(BitdepthError) -> Result {
        let prepared = try memory.preparedRun(of: graph)
        defer { withExtendedLifetime(prepared) {} }
        let elements = try prepared.input(name, of: Element.self)
        var span = elements.mutableSpan
        return try body(&span)
    }

    /// Runs the graph on the inputs that were written.
    ///
    /// - Throws: ``BitdepthError/Code/badData`` for an input that was not written since the last run; what steps throw.
    public borrowing func run() throws(BitdepthError) {
        try memory.preparedRun(of: graph).run(on: graph.pool)
    }

    /// Lets `body` read an output of the last ``run()``. Outputs are gone once an input is written.
    ///
    /// - Parameter body: Gets the elements in row-major order; 16-bit floats as `Float`.
    /// - Throws: ``BitdepthError/Code/usage`` when there is none; ``BitdepthError/Code/badData`` for an unknown output;
    ///   ``BitdepthError/Code/typeMismatch`` when its elements are not of type `Element`; what `body` throws.
    public borrowing func withOutput<Element: TensorElement, Result>(
        _ name: String, _ body: (Span<Element>) throws(BitdepthError) -> Result
    ) throws(BitdepthError) -> Result {
        let prepared = try memory.preparedRun(of: graph)
        defer { withExtendedLifetime(prepared) {} }
        return try body(try prepared.output(name, of: Element.self).span)
    }
}
