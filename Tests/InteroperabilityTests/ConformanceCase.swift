import Bitdepth
import Foundation
import Testing

/// One case of `onnx.backend.test` as `dump_conformance.py` wrote it.
struct ConformanceCase {
    let name: String
    let folder: String
    let relativeTolerance: Double
    let absoluteTolerance: Double
    let dataSets: Int
    /// ONNX's names of the types of the model's inputs and outputs: `float`, `sequence(float)`.
    let inputTypes: [String]
    let outputTypes: [String]
    /// What the model uses: `operator:ai.onnx.Conv`, `type:string`, `training`.
    let uses: [String]

    /// All cases of the index in `folder`, in its order.
    static func all(in folder: String) throws -> [ConformanceCase] {
        let index = try String(contentsOfFile: "\(folder)/index.tsv", encoding: .utf8)
        return try index.split(separator: "\n").map { try ConformanceCase(line: $0, root: folder) }
    }

    private init(line: Substring, root: String) throws {
        let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
        try #require(fields.count == 8, "a line of the index has \(fields.count) fields: \(line)")
        name = fields[0]
        folder = "\(root)/\(fields[1])"
        relativeTolerance = try #require(Double(fields[2]))
        absoluteTolerance = try #require(Double(fields[3]))
        dataSets = try #require(Int(fields[4]))
        let lists = fields[5...].map { $0.split(separator: ",").map(String.init) }
        (inputTypes, outputTypes) = (lists[0], lists[1])
        uses = lists[2] + (lists[0] + lists[1]).map { "type:\(ConformanceCase.element(of: $0))" }
    }

    /// What answers a case.
    enum Engine: CaseIterable {
        case compiled, reference
    }

    /// Why the first output that is not as expected is wrong; `nil` when every output of every data set is right.
    ///
    /// The compiled program and the reference answer, each for itself.
    func failure() -> String? {
        for engine in Engine.allCases {
            do {
                if let difference = try difference(engine) { return "\(engine): \(difference)" }
            } catch {
                return "\(engine): \(error)"
            }
        }
        return nil
    }

    private func difference(_ engine: Engine) throws -> String? {
        try #require(dataSets > 0, "\(name) has no data set")
        let model = try Model(contentsOf: "\(folder)/model.onnx")
        for set in 0..<dataSets {
            let inputs = try inputs(model, set)
            let found = try engine == .compiled ? compiled(model, inputs) : interpreted(model, inputs)
            for (position, port) in model.graph.outputs.enumerated() {
                let expected = try value(set, "output", position, outputTypes)
                guard let output = found[port.name.text] else { return "output \(port.name) is missing" }
                if let difference = try difference(output, expected) { return "\(port.name): \(difference)" }
            }
        }
        return nil
    }

    private func inputs(_ model: Model, _ set: Int) throws -> [String: Value] {
        var inputs: [String: Value] = [:]
        for (position, port) in model.graph.inputs.enumerated() where position < inputTypes.count {
            // An input with a default may have no file.
            let isOptional = model.graph.initializers[port.name] != nil
            if isOptional, !FileManager.default.fileExists(atPath: path(set, "input", position) + ".npy") { continue }
            inputs[port.name.text] = try value(set, "input", position, inputTypes)
        }
        return inputs
    }

    private func compiled(_ model: Model, _ inputs: [String: Value]) throws(BitdepthError) -> [String: Value] {
        let session = try model.compiled().makeSession()
        return try session.run(values: inputs)
    }

    private func interpreted(_ model: Model, _ inputs: [String: Value]) throws(BitdepthError) -> [String: Value] {
        let values = Dictionary(uniqueKeysWithValues: inputs.map { (ValueName($0), $1) })
        let outputs = try Interpreter(model.graph).run(values: values)
        return Dictionary(uniqueKeysWithValues: outputs.map { ($0.text, $1) })
    }

    private func value(_ set: Int, _ kind: String, _ position: Int, _ types: [String]) throws -> Value {
        let (name, path) = (types[position], path(set, kind, position))
        let exists = FileManager.default.fileExists(atPath:)
        if exists(path + ".absent") { return .absent }
        guard name.contains("sequence") else { return .tensor(try tensor(path + ".npy", name)) }
        var tensors: [Tensor] = []
        while exists("\(path).\(tensors.count).npy") {
            tensors.append(try tensor("\(path).\(tensors.count).npy", name))
        }
        return .sequence(tensors)
    }

    private func tensor(_ path: String, _ name: String) throws -> Tensor {
        let stored = try NumPy.read(path)
        let element = ConformanceCase.element(of: name)
        let type = try #require(ElementType(rawValue: ConformanceCase.renamed[element] ?? element))
        return try stored.converted(to: type, by: NarrowFloatRule(saturates: false))
    }

    private func path(_ set: Int, _ kind: String, _ position: Int) -> String {
        "\(folder)/\(set).\(kind).\(position)"
    }

    /// `float` of `optional(sequence(float))`.
    private static func element(of type: String) -> String {
        String(type.split(separator: "(").last?.prefix { $0 != ")" } ?? "")
    }

    /// ONNX's names of element types that are called otherwise here.
    private static let renamed = ["float": "float32", "double": "float64"]

    private func difference(_ found: Value, _ expected: Value) throws -> String? {
        switch (found, expected) {
        case (.tensor(let found), .tensor(let expected)): return try difference(found, expected)
        case (.sequence(let found), .sequence(let expected)) where found.count == expected.count:
            for (index, pair) in zip(found, expected).enumerated() {
                if let difference = try difference(pair.0, pair.1) { return "tensor \(index): \(difference)" }
            }
            return nil
        case (.absent, .absent): return nil
        default: return "\(found) where \(expected) is expected"
        }
    }

    /// The first difference beyond the suite's tolerance, as `numpy.testing.assert_allclose` has it.
    private func difference(_ found: Tensor, _ expected: Tensor) throws -> String? {
        if found == expected { return nil }
        guard found.type == expected.type, found.shape == expected.shape else {
            return "\(found) where \(expected) is expected"
        }
        for (index, (a, b)) in zip(try found.doubles(), try expected.doubles()).enumerated() {
            if a == b || (a.isNaN && b.isNaN) { continue }
            guard abs(a - b) <= absoluteTolerance + relativeTolerance * abs(b), b.isFinite else {
                return "element \(index) is \(a) where \(b) is expected"
            }
        }
        return nil
    }
}
