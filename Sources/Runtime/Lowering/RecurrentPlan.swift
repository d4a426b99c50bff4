import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors
import CBitdepthKernels

/// A recurrent layer over sequences of known extents, in the terms that the kernels need.
struct RecurrentPlan: Sendable, Hashable {
    enum Cell: Sendable, Hashable { case rnn, gru, linearGRU, lstm }

    var cell: Cell
    var layer: RecurrentLayer
    /// Whether an LSTM's forget gate is 1 - its input gate.
    var couplesGates: Bool
    var steps: Int
    var batch: Int
    var input: Int
    var hidden: Int

    /// `nil` where the kernels do not apply: empty extents or such beyond what can be addressed, functions that they lack,
    /// a bound below zero.
    init?(_ op: any Operator, input: Shape, recurrence: Shape) {
        couplesGates = false
        switch op {
        case let rnn as RNN: (cell, layer) = (.rnn, rnn.layer)
        case let gru as GRU: (cell, layer) = (gru.isLinearBeforeReset ? .linearGRU : .gru, gru.layer)
        case let lstm as LSTM:
            (cell, layer) = (.lstm, lstm.layer)
            couplesGates = lstm.couplesInputAndForget
        default: return nil
        }
        guard input.rank == 3, recurrence.rank == 3, input.count > 0, recurrence.count > 0 else { return nil }
        steps = input[layer.isBatchFirst ? 1 : 0]
        batch = input[layer.isBatchFirst ? 0 : 1]
        self.input = input[2]
        hidden = recurrence[2]
        let functions = layer.activations.joined()
        guard layer.hiddenSize ?? hidden == hidden, layer.clip ?? 0 >= 0,
            functions.allSatisfy({ $0.kernelActivation != nil }),
            (try? Shape([steps, batch, directions, gates, hidden, max(self.input, hidden), 64])) != nil
        else { return nil }
    }

    var directions: Int { layer.directionCount }

    var gates: Int {
        switch cell {
        case .rnn: 1
        case .gru, .linearGRU: 3
        case .lstm: 4
        }
    }

    /// Rows of the weights of one direction.
    var rows: Int { gates * hidden }
    /// Columns of the products of the input with the weights of all directions.
    var columns: Int { directions * rows }
    var recurrenceShape: [Int] { [directions, rows, hidden] }
    /// Elements from one vector over units to the next: the kernels load whole registers.
    var stride: Int { (hidden + 63) / 64 * 64 }
    /// States beside the hidden one: an LSTM's cell.
    var states: Int { cell == .lstm ? 2 : 1 }

    func isReversed(_ direction: Int) -> Bool { layer.direction == .reverse || direction == 1 }

    /// Multiply-accumulates of the input with its weights, and of the hidden state with the recurrent ones.
    var inputProducts: Int { steps * batch * columns * input }
    var stateProducts: Int { steps * batch * columns * hidden }

    var stateShape: [Int] { layer.isBatchFirst ? [batch, directions, hidden] : [directions, batch, hidden] }
}

extension RecurrentPlan {
    /// Whether no hidden state can be larger than 1, or than the first one: the result of a bounded function, for an LSTM
    /// times a gate, for a GRU the mean of the old state and such a result, weighed by a gate from 0 to 1.
    var boundsState: Bool {
        layer.activations.allSatisfy { functions in
            let reaches = functions.map(\.range)
            func isWithinOne(_ index: Int) -> Bool {
                reaches[index].map { $0.lowerBound >= -1 && $0.upperBound <= 1 } ?? false
            }
            return switch cell {
            case .rnn: isWithinOne(0)
            case .lstm: isWithinOne(0) && isWithinOne(2)
            case .gru, .linearGRU: isWithinOne(0) && isWithinOne(1) && reaches[0]?.lowerBound == 0
            }
        }
    }
}

/// Where the vectors of a step, a sequence and a direction lie from one another, in elements.
struct RecurrentStrides: Sendable, Hashable {
    var time: Int
    var sequence: Int
    var direction: Int
}

extension RecurrentPlan {
    /// Of the products `[steps, batch, direction, gate, hidden]`, or batch first.
    var inputStrides: RecurrentStrides {
        RecurrentStrides(
            time: (layer.isBatchFirst ? 1 : batch) * columns, sequence: (layer.isBatchFirst ? steps : 1) * columns,
            direction: rows)
    }

    /// Of Y: `[steps, directions, batch, hidden]`, or `[batch, steps, directions, hidden]`.
    var outputStrides: RecurrentStrides {
        layer.isBatchFirst
            ? RecurrentStrides(time: directions * hidden, sequence: steps * directions * hidden, direction: hidden)
            : RecurrentStrides(time: directions * batch * hidden, sequence: hidden, direction: batch * hidden)
    }

    /// Of the first and last states.
    var stateStrides: RecurrentStrides {
        layer.isBatchFirst
            ? RecurrentStrides(time: 0, sequence: directions * hidden, direction: hidden)
            : RecurrentStrides(time: 0, sequence: hidden, direction: batch * hidden)
    }
}

extension RecurrentPlan.Cell {
    var kernelCell: bd_cell {
        switch self {
        case .rnn: BD_CELL_RNN
        case .gru: BD_CELL_GRU
        case .linearGRU: BD_CELL_GRU_LINEAR
        case .lstm: BD_CELL_LSTM
        }
    }
}

extension RecurrentActivation {
    /// The values that the function can take; `nil` where nothing bounds them.
    fileprivate var range: ClosedRange<Float>? {
        switch function {
        case .sigmoid, .hardSigmoid: 0...1
        case .tanh, .softsign: -1...1
        case .scaledTanh: alpha.isFinite ? -alpha.magnitude...alpha.magnitude : nil
        case .relu, .affine, .leakyRelu, .thresholdedRelu, .elu, .softplus: nil
        }
    }

    /// `nil` for functions that the kernels lack.
    var kernelActivation: bd_activation? {
        let kind: bd_activation_function
        switch function {
        case .sigmoid: kind = BD_SIGMOID
        case .tanh: kind = BD_TANH
        case .relu: kind = BD_RELU
        case .affine: kind = BD_AFFINE
        case .leakyRelu: kind = BD_LEAKY_RELU
        case .thresholdedRelu: kind = BD_THRESHOLDED_RELU
        case .scaledTanh: kind = BD_SCALED_TANH
        case .hardSigmoid: kind = BD_HARD_SIGMOID
        case .softsign: kind = BD_SOFTSIGN
        case .elu, .softplus: return nil
        }
        return bd_activation(function: kind, alpha: alpha, beta: beta)
    }
}
