import BitdepthGraphs
import BitdepthTensors

/// Runs its body once for each slice of its scanned inputs; carries states from one iteration to the next and collects
/// further outputs.
///
/// Inputs: N initial states, then the scanned inputs. The body takes the states and one slice of each scanned input; it
/// gives the next states and one slice of each collected output.
///
/// Source: ONNX operator specification, Scan-25.
public struct Scan: ValueOperator {
    public static let signature = OperatorSignature(
        "Scan", versions: [8, 9, 11, 16, 19, 21, 23, 24, 25], inputs: 1...OperatorSignature.anyNumber,
        outputs: 1...OperatorSignature.anyNumber)

    public let stateCount: Int
    public let scanned: [ScannedAxis]
    public let collected: [ScannedAxis]
    private let collectedTypes: [TensorType?]

    /// Which axis slices are taken from or laid along, and whether from its end to its start.
    public struct ScannedAxis: Sendable, Hashable {
        public var axis: Int
        public var isReversed: Bool
    }

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        let scannedCount = try attributes.required("num_scan_inputs", try attributes.int("num_scan_inputs"))
        guard scannedCount >= 1, scannedCount <= attributes.inputCount else {
            throw attributes.invalid(
                "num_scan_inputs", "is \(scannedCount); the node has \(attributes.inputCount) inputs")
        }
        stateCount = attributes.inputCount - scannedCount
        let collectedCount = attributes.outputCount - stateCount
        let body = try attributes.body("body", inputs: attributes.inputCount, outputs: attributes.outputCount)
        guard collectedCount >= 0 else {
            throw attributes.invalid(
                "num_scan_inputs", "leaves \(stateCount) states; the node has \(attributes.outputCount) outputs")
        }
        scanned = try Scan.axes(attributes, "scan_input", scannedCount)
        collected = try Scan.axes(attributes, "scan_output", collectedCount)
        collectedTypes = body.outputs.dropFirst(stateCount).map(\.type)
    }

    private static func axes(
        _ attributes: AttributeReader, _ prefix: String, _ count: Int
    ) throws(BitdepthError) -> [ScannedAxis] {
        let axes = try attributes.ints("\(prefix)_axes") ?? [Int](repeating: 0, count: count)
        let directions = try attributes.ints("\(prefix)_directions") ?? [Int](repeating: 0, count: count)
        guard axes.count == count else { throw attributes.invalid("\(prefix)_axes", "has not \(count) elements") }
        guard directions.count == count, directions.allSatisfy({ $0 == 0 || $0 == 1 }) else {
            throw attributes.invalid("\(prefix)_directions", "has not \(count) elements that are 0 or 1")
        }
        return zip(axes, directions).map { ScannedAxis(axis: $0, isReversed: $1 == 1) }
    }

    public func infer(_ inputs: [Fact?], bodies: any BodyInference) throws(BitdepthError) -> [Fact] {
        var slices: [Fact?] = []
        var length: Dimension = .unknown
        for (index, scan) in scanned.enumerated() {
            guard let fact = inputs.optional(stateCount + index), var dimensions = fact.dimensions else {
                slices.append(inputs.optional(stateCount + index).map { Fact($0.element, .unknown) })
                continue
            }
            let extent = dimensions.remove(at: try Shape.normalize(axis: scan.axis, rank: dimensions.count))
            if length == .unknown || length.value == nil && extent.value != nil { length = extent }
            slices.append(Fact(fact.element, PartialShape(dimensions)))
        }
        let initial = (0..<stateCount).map { inputs.optional($0) }
        let states = try CarriedFacts.settled(initial) { facts throws(BitdepthError) in
            Array(try bodies.facts("body", facts + slices).prefix(stateCount))
        }
        var facts = states
        for (output, scan) in zip(try bodies.facts("body", states + slices).dropFirst(stateCount), collected) {
            guard let output, var dimensions = output.dimensions else {
                facts.append(output.map { Fact($0.element, .unknown) })
                continue
            }
            dimensions.insert(length, at: try Shape.normalize(axis: scan.axis, rank: dimensions.count + 1))
            facts.append(Fact(output.element, PartialShape(dimensions)))
        }
        return facts.knownBeginning
    }

    public func evaluate(_ inputs: [Value?], bodies: any BodyRunner) throws(BitdepthError) -> [Value] {
        var states: [Value] = []
        for index in 0..<stateCount { states.append(try inputs.required(index, "initial state")) }
        let sources = try scannedInputs(inputs)
        let length = sources.first.map { $0.tensor.shape[$0.axis] } ?? 0
        guard sources.allSatisfy({ $0.tensor.shape[$0.axis] == length }) else {
            throw BitdepthError(.shapeMismatch, "the scanned inputs are not equally long")
        }
        // Inputs without elements may have any number of slices.
        guard length <= Loop.largestTripCount else {
            throw BitdepthError(.limitExceeded, "\(length) slices are too many to be scanned")
        }
        var slices = [[Tensor]](repeating: [], count: collected.count)
        for step in 0..<length {
            var given = states
            for (source, scan) in zip(sources, scanned) {
                let index = scan.isReversed ? length - 1 - step : step
                given.append(.tensor(try source.tensor.slice(at: index, of: source.axis)))
            }
            let results = try bodies.run("body", given)
            guard results.count == stateCount + collected.count else {
                throw BitdepthError(.internal, "the body gave \(results.count) values")
            }
            states = Array(results[..<stateCount])
            for index in collected.indices {
                slices[index].append(try results[stateCount + index].tensor("a collected value"))
            }
        }
        var outputs = states
        for (index, scan) in collected.enumerated() {
            let ordered = scan.isReversed ? slices[index].reversed() : slices[index]
            outputs.append(
                .tensor(try Tensor(stacking: ordered, along: scan.axis, emptyType: collectedTypes[index])))
        }
        return outputs
    }

    private func scannedInputs(_ inputs: [Value?]) throws(BitdepthError) -> [(tensor: Tensor, axis: Int)] {
        var sources: [(tensor: Tensor, axis: Int)] = []
        for (index, scan) in scanned.enumerated() {
            let tensor = try inputs.tensor(stateCount + index, "scanned input")
            sources.append((tensor, try tensor.shape.axis(scan.axis)))
        }
        return sources
    }

    public static func upgrade(_ node: inout Node, to next: Int, in scope: inout UpgradeScope) throws(BitdepthError) {
        if next == 9 { try ScanBatch.upgrade(&node, in: &scope) }
    }
}
