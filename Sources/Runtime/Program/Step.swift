import BitdepthTensors

/// One piece of a program's work. Everything that can be decided before running was decided when it was made.
protocol Step: Sendable {
    /// Appends the calls that do the work in the frame's memory. They are made once and run many times.
    func bind(to frame: Frame, _ calls: inout CallList)
}

/// What a step is, for people: which nodes it stands for, what it computes with, how much.
public struct StepDescription: Sendable, Equatable {
    /// The node that the step was made for; further nodes that were fused into it are in `fused`.
    public var node: String
    public var operatorType: String
    public var fused: [String]
    public var arithmetic: Arithmetic
    /// Multiply-accumulate operations of one run.
    public var multiplyAccumulates: Int
    /// The kernel's name and instruction set, as `qgemm avx2`.
    public var kernel: String

    public enum Arithmetic: String, Sendable {
        /// 8-bit codes in, exact 32-bit accumulation.
        case integer
        case float
        /// Codes or elements are only moved, or looked up.
        case movement
        /// Between float and codes.
        case conversion
    }
}
