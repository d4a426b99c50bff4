import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

/// One run of a compiled graph in a session: programs work in the session's memory, everything between them is handed on
/// as values.
struct Execution {
    let memory: SessionMemory
    let pool: ThreadPool?
    /// Sees tapped values, those of bodies once in each iteration.
    var observer: ((Observation) throws(BitdepthError) -> Void)?
    /// Notes what was done, and how long it took.
    var recorder: StepRecorder?

    func run(_ graph: CompiledGraph, _ inputs: [ValueName: Value]) throws(BitdepthError) -> [ValueName: Value] {
        switch try graph.plan(for: inputs) {
        case .program(let program): try run(program, inputs)
        case .staged(let plan): try run(plan, inputs)
        }
    }

    // MARK: Programs

    private func run(_ program: Program, _ inputs: [ValueName: Value]) throws(BitdepthError) -> [ValueName: Value] {
        let bound = try memory.bound(program, threads: pool?.threadCount ?? 1)
        for (index, input) in program.inputs.enumerated() {
            if case .tensor(let tensor)? = inputs[input.name] { try bound.place(tensor, at: index, on: pool) }
        }
        try run(bound)
        var results: [ValueName: Value] = [:]
        for (index, output) in program.outputs.enumerated() {
            results[output.name] = .tensor(try bound.output(index))
        }
        return results
    }

    /// Runs the steps on inputs that are in their places, and shows what is tapped.
    func run(_ bound: BoundProgram) throws(BitdepthError) {
        if let recorder {
            try recorder.run(bound, on: pool)
        } else {
            try bound.run(on: pool)
        }
        guard let observer else { return }
        for tap in bound.program.taps {
            let base = (bound.arena.base + tap.location.offset).assumingMemoryBound(to: Float.self)
            try observer(
                Observation(
                    value: tap.name, shape: tap.shape, layout: tap.layout,
                    elements: UnsafeBufferPointer(start: base, count: tap.shape.count)))
        }
    }

    // MARK: Stages

    private func run(_ plan: StagedPlan, _ inputs: [ValueName: Value]) throws(BitdepthError) -> [ValueName: Value] {
        var values = inputs.merging(plan.constants) { given, _ in given }
        if let program = plan.fixed { values.merge(try run(program, inputs)) { _, new in new } }
        for point in plan.turningPoints {
            let results = try locating(point.node.place) { () throws(BitdepthError) in
                try recorded(point) { () throws(BitdepthError) in
                    try point.op.values(
                        point.node.inputs.map { $0.flatMap { values[$0] } },
                        bodies: Bodies(execution: self, bodies: point.bodies, outer: values))
                }
            }
            for case (let output?, let value) in zip(point.node.outputs, results) {
                values[output] = value
                if plan.taps.contains(output) { try observe(output, value) }
            }
        }
        if let rest = plan.rest {
            var given: [ValueName: Value] = [:]
            for port in rest.graph.inputs { given[port.name] = values[port.name] }
            values.merge(try run(rest, given)) { _, new in new }
        }
        var outputs: [ValueName: Value] = [:]
        for name in plan.outputs {
            guard let value = values[name] else {
                throw BitdepthError(.internal, "output \"\(name)\" was not computed", at: .init(tensor: name.text))
            }
            outputs[name] = value
        }
        return outputs
    }

    private func run(_ part: PreparedGraph, _ inputs: [ValueName: Value]) throws(BitdepthError) -> [ValueName: Value] {
        switch part {
        case .compiled(let graph): try run(graph, inputs)
        case .interpreted(let interpreter, let taps): try run(interpreter, inputs, taps: taps)
        }
    }

    private func run(
        _ interpreter: Interpreter, _ inputs: [ValueName: Value], taps: Set<ValueName>
    ) throws(BitdepthError) -> [ValueName: Value] {
        guard observer != nil, !taps.isEmpty else { return try interpreter.run(values: inputs) }
        return try interpreter.run(values: inputs) { name, value throws(BitdepthError) in
            if taps.contains(name) { try observe(name, value) }
        }
    }

    private func observe(_ name: ValueName, _ value: Value) throws(BitdepthError) {
        guard let observer, case .tensor(let tensor) = value, tensor.type.isFloatingPoint else { return }
        let floats = try tensor.converted(to: .float32)
        try floats.withElements(of: Float.self) { elements throws(BitdepthError) in
            try observer(Observation(value: name, shape: tensor.shape, layout: .plain, elements: elements))
        }
    }

    private func recorded(
        _ point: TurningPoint, _ body: () throws(BitdepthError) -> [Value]
    ) throws(BitdepthError) -> [Value] {
        // What bodies do is noted step by step.
        guard let recorder, point.bodies.isEmpty else { return try body() }
        return try recorder.time(.reference(point.node), body)
    }

    /// The bodies of one turning point, which see the values around it.
    private struct Bodies: BodyRunner {
        let execution: Execution
        let bodies: [String: PreparedBody]
        let outer: [ValueName: Value]

        func run(_ name: String, _ inputs: [Value]) throws(BitdepthError) -> [Value] {
            guard let body = bodies[name] else {
                throw BitdepthError(.invalidAttribute, "attribute \"\(name)\" is missing; it must be a graph")
            }
            var given: [ValueName: Value] = [:]
            for (port, value) in zip(body.inputs, inputs) { given[port] = value }
            for captured in body.captured { given[captured] = outer[captured] }
            let values = try execution.run(body.prepared, given)
            var outputs: [Value] = []
            for name in body.outputs {
                guard let value = values[name] ?? given[name] else {
                    throw BitdepthError(.internal, "output \"\(name)\" of the body was not computed")
                }
                outputs.append(value)
            }
            return outputs
        }
    }
}
