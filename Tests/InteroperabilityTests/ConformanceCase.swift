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
    /// ONNX's names of the types of the model's inputs and outputs: `float`, `sequence`.
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
        uses = lists[2] + (lists[0] + lists[1]).map { "type:\($0)" }
    }

    /// What answers a case.
    enum Engine: CaseIterable {
        case compiled, reference
    }

    /// Why the first output that is not as expected is wrong; `nil` when every output of every data set is right.
    ///
    /// The compiled program and the reference answer, each for itself; where a program cannot be compiled because a
    /// shape is known only in running, the reference alone.
    func failure() -> String? {
        for engine in Engine.allCases {
            do {
                if let difference = try difference(engine) { return "\(engine): \(difference)" }
            } catch let error where engine == .compiled && (error as? BitdepthError)?.code == .unknownShape {
                continue
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
                let expected = try tensor(set, "output", position, outputTypes)
                guard let output = found[port.name.text] else { return "output \(port.name) is missing" }
                if let difference = try difference(output, expected) { return "\(port.name): \(difference)" }
            }
        }
        return nil
    }

    private func inputs(_ model: Model, _ set: Int) throws -> [String: Tensor] {
        var inputs: [String: Tensor] = [:]
        for (position, port) in model.graph.inputs.enumerated() where position < inputTypes.count {
            // An input with a default may have no file.
            let isOptional = model.graph.initializers[port.name] != nil
            if isOptional, !FileManager.default.fileExists(atPath: path(set, "input", position)) { continue }
            inputs[port.name.text] = try tensor(set, "input", position, inputTypes)
        }
        return inputs
    }

    private func compiled(_ model: Model, _ inputs: [String: Tensor]) throws(BitdepthError) -> [String: Tensor] {
        let session = try model.compiled().makeSession()
        return try session.run(inputs)
    }

    private func interpreted(_ model: Model, _ inputs: [String: Tensor]) throws(BitdepthError) -> [String: Tensor] {
        let values = Dictionary(uniqueKeysWithValues: inputs.map { (ValueName($0), $1) })
        let outputs = try Interpreter(model.graph).run(values)
        return Dictionary(uniqueKeysWithValues: outputs.map { ($0.text, $1) })
    }

    private func tensor(_ set: Int, _ kind: String, _ position: Int, _ types: [String]) throws -> Tensor {
        let stored = try NumPy.read(path(set, kind, position))
        let name = types[position]
        let type = try #require(ElementType(rawValue: ConformanceCase.renamed[name] ?? name))
        return try stored.converted(to: type)
    }

    private func path(_ set: Int, _ kind: String, _ position: Int) -> String {
        "\(folder)/\(set).\(kind).\(position).npy"
    }

    /// ONNX's names of element types that are called otherwise here.
    private static let renamed = ["float": "float32", "double": "float64"]

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
