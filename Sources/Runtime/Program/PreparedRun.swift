import BitdepthTensors

/// A program that a session feeds and reads in place, and which of its values are there.
final class PreparedRun {
    private let bound: BoundProgram
    /// For inputs that nothing reads.
    private let unread: AlignedMemory
    private var isWritten: [Bool]
    private var hasOutputs = false

    init(_ bound: BoundProgram) throws(BitdepthError) {
        self.bound = bound
        var largest = 0
        for input in bound.program.inputs where input.location == nil {
            largest = max(largest, try input.stored.byteCount(elements: input.shape.count))
        }
        unread = try AlignedMemory(count: largest)
        isWritten = [Bool](repeating: false, count: bound.program.inputs.count)
    }

    func run(on pool: ThreadPool?) throws(BitdepthError) {
        for (index, input) in bound.program.inputs.enumerated() where !isWritten[index] {
            throw BitdepthError(
                .badData, "input \"\(input.name)\" was not written since the last run",
                at: .init(tensor: input.name.text),
                help: ["a run uses its inputs up; write each with withInput(_:_:) before run()"])
        }
        hasOutputs = false
        for index in isWritten.indices { isWritten[index] = false }
        try bound.run(on: pool)
        hasOutputs = true
    }

    func input<Element: TensorElement>(
        _ name: String, of element: Element.Type
    ) throws(BitdepthError) -> UnsafeMutableBufferPointer<Element> {
        guard let index = bound.program.inputs.firstIndex(where: { $0.name.text == name }) else {
            throw unknown("input", name, bound.program.inputs.map(\.name.text))
        }
        let input = bound.program.inputs[index]
        try check("input", name, input.stored, element)
        // Its bytes may be those of an output.
        hasOutputs = false
        isWritten[index] = true
        let base = input.location.map { bound.arena.base + $0.offset } ?? unread.base
        return UnsafeMutableBufferPointer(
            start: base.assumingMemoryBound(to: Element.self), count: input.shape.count)
    }

    func output<Element: TensorElement>(
        _ name: String, of element: Element.Type
    ) throws(BitdepthError) -> UnsafeBufferPointer<Element> {
        guard let output = bound.program.outputs.first(where: { $0.name.text == name }) else {
            throw unknown("output", name, bound.program.outputs.map(\.name.text))
        }
        try check("output", name, output.stored, element)
        guard hasOutputs else {
            throw BitdepthError(
                .usage, "output \"\(name)\" is not there: an input was written since the last run, or there was none",
                at: .init(tensor: name), help: ["call run() first"])
        }
        let base = bound.arena.base + output.location.offset
        return UnsafeBufferPointer(start: base.assumingMemoryBound(to: Element.self), count: output.shape.count)
    }

    private func check<Element: TensorElement>(
        _ kind: String, _ name: String, _ stored: ElementType, _ element: Element.Type
    ) throws(BitdepthError) {
        guard stored == Element.elementType else {
            throw BitdepthError(
                .typeMismatch, "\(kind) \"\(name)\" holds \(stored), not \(Element.elementType)",
                at: .init(tensor: name))
        }
    }

    private func unknown(_ kind: String, _ name: String, _ names: [String]) -> BitdepthError {
        BitdepthError(
            .badData, "the model has no \(kind) \"\(name)\"",
            help: ["its \(kind)s are \(names.joined(separator: ", "))"])
    }
}
