import BitdepthGraphs
import BitdepthTensors

/// A graph compiled for one set of input shapes: a flat list of steps over one arena. Immutable; any number of sessions
/// may run it at once.
public final class Program: Sendable {
    let steps: [any Step]
    /// One description per step, in order.
    public let descriptions: [StepDescription]
    let constants: AlignedMemory
    /// What the memory is made of.
    public let memory: MemoryUse
    let inputs: [InputBinding]
    let outputs: [OutputBinding]
    let taps: [TapBinding]
    public let instructionSet: InstructionSet

    init(
        steps: [any Step], descriptions: [StepDescription], constants: AlignedMemory, memory: MemoryUse,
        inputs: [InputBinding], outputs: [OutputBinding], taps: [TapBinding], instructionSet: InstructionSet
    ) {
        self.steps = steps
        self.descriptions = descriptions
        self.constants = constants
        self.memory = memory
        self.inputs = inputs
        self.outputs = outputs
        self.taps = taps
        self.instructionSet = instructionSet
    }

    /// Bytes that a session of this program works in, and bytes of packed weights that all its sessions share.
    public var workingBytes: Int { memory.arenaBytes }
    public var constantBytes: Int { constants.count }

    /// Multiply-accumulates of one run, and how many of them run on integers.
    public var multiplyAccumulates: (total: Int, integer: Int) { descriptions.multiplyAccumulates }
}

extension [StepDescription] {
    /// Multiply-accumulates of all steps, and how many of them run on integers.
    var multiplyAccumulates: (total: Int, integer: Int) {
        let integers = filter { $0.arithmetic == .integer }
        return (
            reduce(0) { $0 + $1.multiplyAccumulates }, integers.reduce(0) { $0 + $1.multiplyAccumulates }
        )
    }
}

/// Where an input of the graph is copied to before a run.
struct InputBinding: Sendable {
    var name: ValueName
    var element: ElementType
    var shape: Shape
    /// 16-bit floats are widened on the way in.
    var stored: ElementType
    /// `nil` when nothing reads the input.
    var location: Location?
}

/// Where an output of the graph is found after a run.
struct OutputBinding: Sendable {
    var name: ValueName
    var element: ElementType
    var shape: Shape
    var stored: ElementType
    var location: Location
}

/// Where a value that the caller wants to observe is found after a run, as FP32.
struct TapBinding: Sendable {
    var name: ValueName
    var shape: Shape
    var layout: Layout
    var location: Location
}

/// How the elements of a value lie in memory.
public enum Layout: Sendable, Hashable {
    /// Row-major over the shape as the graph states it.
    case plain
    /// Axis 1 last: `[N, C, H, W]` lies as `[N, H, W, C]`.
    case channelsLast
}
