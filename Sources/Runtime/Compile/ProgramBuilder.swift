import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

/// Collects steps, buffers and constants while a graph is lowered; then places them and makes the program.
struct ProgramBuilder {
    let kernels: KernelTable
    let instructionSet: InstructionSet
    let context: CompileContext
    let borders: Borders
    /// Types of all values; every shape that matters is known.
    var facts: [ValueName: Fact] { context.facts }
    private var buffers: [Buffer] = []
    private var planned: [PlannedStep] = []
    private var descriptions: [StepDescription] = []
    private var constants: [UInt8] = []
    private var views: [ValueName: [View]] = [:]
    private var inputs: [InputBinding] = []
    private var inputBuffers: [Int: BufferID] = [:]

    /// A piece of memory that lives from the step that first writes it to the one that last reads it.
    private struct Buffer {
        var bytes: Int
        var first: Int
        var last: Int
    }

    private struct PlannedStep {
        var make: @Sendable (Placement) -> any Step
    }

    init(kernels: KernelTable, instructionSet: InstructionSet, context: CompileContext, borders: Borders) {
        self.kernels = kernels
        self.instructionSet = instructionSet
        self.context = context
        self.borders = borders
    }

    // MARK: Buffers and constants

    /// A new buffer; it lives from the next step on.
    mutating func buffer(bytes: Int) -> BufferID {
        buffers.append(Buffer(bytes: bytes, first: planned.count, last: planned.count))
        return buffers.count - 1
    }

    /// Appends bytes to the program's constants.
    mutating func constant(bytes: UnsafeRawBufferPointer) -> Location {
        let aligned = (constants.count + 63) / 64 * 64
        constants.append(contentsOf: repeatElement(0, count: aligned - constants.count))
        constants.append(contentsOf: bytes)
        return Location(region: .constants, offset: aligned)
    }

    mutating func constant<Element: BitwiseCopyable>(_ values: [Element]) -> Location {
        values.withUnsafeBytes { constant(bytes: $0) }
    }

    // MARK: Steps

    /// Adds a step that reads and writes the given buffers; `make` gets their places once all buffers are placed.
    mutating func add(
        _ description: StepDescription, reads: [BufferID], writes: [BufferID],
        make: @escaping @Sendable (Placement) -> any Step
    ) {
        let now = planned.count
        for id in reads + writes {
            buffers[id].last = max(buffers[id].last, now)
            buffers[id].first = min(buffers[id].first, now)
        }
        planned.append(PlannedStep(make: make))
        descriptions.append(description)
    }

    // MARK: Values

    mutating func define(_ name: ValueName, _ view: View) { views[name, default: []].append(view) }

    /// A new buffer for a value, which is thereby defined.
    mutating func define(_ name: ValueName, shape: Shape, layout: Layout, cell: Cell) -> View {
        let view = View(buffer: buffer(bytes: shape.count * cell.bytes), shape: shape, layout: layout, cell: cell)
        define(name, view)
        return view
    }

    func existingViews(_ name: ValueName) -> [View] { views[name] ?? [] }

    /// The concrete shape of a value.
    func shape(of name: ValueName) throws(BitdepthError) -> Shape {
        guard let fact = facts[name], let shape = fact.type.shape.shape else {
            throw BitdepthError(
                .unknownShape, "the shape of value \"\(name)\" is not known before running",
                at: .init(tensor: name.text))
        }
        return shape
    }

    func element(of name: ValueName) throws(BitdepthError) -> ElementType {
        guard let fact = facts[name] else {
            throw BitdepthError(.internal, "value \"\(name)\" has no type", at: .init(tensor: name.text))
        }
        return fact.element
    }

    // MARK: Inputs, outputs, program

    /// Makes a buffer that an input of the graph is copied into before the first step.
    mutating func bindInput(_ name: ValueName, element: ElementType, shape: Shape) {
        let cell: Cell = element == .float32 || element == .float16 || element == .bfloat16 ? .float32 : .raw(element)
        let id = buffers.count
        buffers.append(
            Buffer(
                bytes: max(shape.count * cell.bytes, (try? element.byteCount(elements: shape.count)) ?? 0), first: -1,
                last: -1))
        define(name, View(buffer: id, shape: shape, layout: .plain, cell: cell))
        inputBuffers[inputs.count] = id
        inputs.append(
            InputBinding(
                name: name, element: element, shape: shape, stored: cell == .float32 ? .float32 : element, location: nil
            ))
    }

    /// Keeps a buffer alive to the end of the run, whatever steps are still added.
    mutating func keep(_ id: BufferID) { buffers[id].last = .max }

    /// Sizes were checked one by one; their sum must not overflow either when they are placed.
    private func checkMemory() throws(BitdepthError) {
        var total = 0
        for buffer in buffers {
            let (sum, overflow) = total.addingReportingOverflow(MemoryPlan.placedBytes(buffer.bytes))
            guard !overflow else {
                throw BitdepthError(.limitExceeded, "the values of this graph take more bytes than can be addressed")
            }
            total = sum
        }
    }

    func program(outputs: [(ValueName, ElementType, View)], taps: [(ValueName, View)]) throws(BitdepthError) -> Program
    {
        try checkMemory()
        let plan = MemoryPlan(
            buffers.map { MemoryPlan.Item(bytes: $0.bytes, lifetime: $0.first...max($0.first, $0.last)) })
        let placement = Placement(offsets: plan.offsets)
        let memory = try AlignedMemory(count: constants.count)
        constants.withUnsafeBytes {
            memory.base.copyMemory(from: $0.baseAddress ?? UnsafeRawPointer(memory.base), byteCount: $0.count)
        }
        let outputBindings = outputs.map { name, element, view in
            OutputBinding(
                name: name, element: element, shape: view.shape, stored: view.cell == .float32 ? .float32 : element,
                location: placement[view.buffer])
        }
        let tapBindings = taps.map { name, view in
            TapBinding(name: name, shape: view.shape, layout: view.layout, location: placement[view.buffer])
        }
        var bound = inputs
        for (index, id) in inputBuffers { bound[index].location = placement[id] }
        return Program(
            steps: planned.map { $0.make(placement) }, descriptions: descriptions, constants: memory,
            memory: memoryUse(plan), inputs: bound, outputs: outputBindings, taps: tapBindings,
            instructionSet: instructionSet)
    }
}

extension ProgramBuilder {
    /// What the buffers are for and where they were placed.
    fileprivate func memoryUse(_ plan: MemoryPlan) -> MemoryUse {
        var values: [BufferID: [String]] = [:]
        for (name, views) in views {
            for id in Set(views.map(\.buffer)) { values[id, default: []].append(name.text) }
        }
        let end = planned.count
        let found = buffers.enumerated().map { id, buffer in
            MemoryUse.Buffer(
                values: values[id, default: []].sorted(), bytes: buffer.bytes, offset: plan.offsets[id],
                steps: buffer.first...max(buffer.first, min(buffer.last, end)))
        }
        return MemoryUse(
            buffers: found.sorted { ($0.steps.lowerBound, $0.offset) < ($1.steps.lowerBound, $1.offset) },
            arenaBytes: plan.total, constantBytes: constants.count)
    }
}

/// Where each buffer lies in the arena.
struct Placement: Sendable {
    let offsets: [Int]
    subscript(id: BufferID) -> Location { Location(region: .arena, offset: offsets[id]) }
}
