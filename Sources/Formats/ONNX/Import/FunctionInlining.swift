import BitdepthTensors
import OrderedCollections

/// Replaces calls of model-local functions by the functions' nodes.
///
/// Source: ONNX IR specification, "Functions". A function's values get new names; attributes that refer to those of the call
/// take their values or fall away.
struct FunctionInlining {
    private let functions: [Key: Onnx_FunctionProto]
    /// The model's operator sets and those that only functions use.
    private(set) var opsets: OrderedDictionary<String, Int>
    private let limits: Limits
    private var taken = Set<String>()
    private var nodeCount = 0

    private struct Key: Hashable {
        var domain: String
        var name: String
        var overload: String
    }

    init(
        _ functions: [Onnx_FunctionProto], opsets: OrderedDictionary<String, Int>, limits: Limits
    ) throws(BitdepthError) {
        self.opsets = opsets
        self.limits = limits
        var table: [Key: Onnx_FunctionProto] = [:]
        for function in functions {
            let key = Key(domain: function.domain, name: function.name, overload: function.overload)
            guard table.updateValue(function, forKey: key) == nil else {
                throw BitdepthError(
                    .invalidGraph, "function \"\(function.name)\" of domain \"\(function.domain)\" is defined twice")
            }
        }
        self.functions = table
    }

    mutating func inline(into graph: inout Onnx_GraphProto) throws(BitdepthError) {
        taken = graph.allNames
        try expand(&graph, depth: 0)
    }

    private mutating func expand(_ graph: inout Onnx_GraphProto, depth: Int) throws(BitdepthError) {
        graph.node = try expanded(graph.node, depth: depth)
    }

    private mutating func expanded(_ nodes: [Onnx_NodeProto], depth: Int) throws(BitdepthError) -> [Onnx_NodeProto] {
        var result: [Onnx_NodeProto] = []
        result.reserveCapacity(nodes.count)
        for var node in nodes {
            if let function = functions[Key(domain: node.domain, name: node.opType, overload: node.overload)] {
                result += try body(of: function, called: node, depth: depth + 1)
                continue
            }
            for index in node.attribute.indices {
                if node.attribute[index].hasG { try expand(&node.attribute[index].g, depth: depth) }
                for subgraph in node.attribute[index].graphs.indices {
                    try expand(&node.attribute[index].graphs[subgraph], depth: depth)
                }
            }
            result.append(node)
        }
        return result
    }

    private mutating func body(
        of function: Onnx_FunctionProto, called call: Onnx_NodeProto, depth: Int
    ) throws(BitdepthError) -> [Onnx_NodeProto] {
        let place = BitdepthError.Place(
            node: call.name.isEmpty ? call.output.first : call.name, operatorType: call.opType)
        guard depth <= limits.functionDepth else {
            throw BitdepthError(
                .limitExceeded,
                "functions call each other more than \(limits.functionDepth) deep (limit \"functionDepth\")", at: place)
        }
        nodeCount += function.node.count
        guard nodeCount <= limits.functionNodes else {
            throw BitdepthError(
                .limitExceeded, "functions expand to more than \(limits.functionNodes) nodes (limit \"functionNodes\")",
                at: place)
        }
        guard call.input.count <= function.input.count, call.output.count <= function.output.count else {
            throw BitdepthError(
                .invalidGraph, "the call has more operands than function \"\(function.name)\"", at: place)
        }
        try locating(place) { () throws(BitdepthError) in try adoptOpsets(of: function) }
        var renaming = FunctionRenaming(prefix: function.name, call: call, function: function)
        for (index, input) in function.input.enumerated() {
            renaming.names[input] = index < call.input.count ? call.input[index] : ""
        }
        var nodes: [Onnx_NodeProto] = []
        for (index, output) in function.output.enumerated()
        where index < call.output.count && !call.output[index].isEmpty {
            if renaming.names[output] == nil {
                renaming.names[output] = call.output[index]
            } else {
                // The function hands a value on as it came, or gives it twice.
                var identity = Onnx_NodeProto()
                identity.opType = "Identity"
                identity.input = [output]
                identity.output = [call.output[index]]
                renaming.names[call.output[index]] = call.output[index]
                nodes.append(identity)
            }
        }
        nodes = renaming.renamed(function.node + nodes, taken: &taken)
        return try expanded(nodes, depth: depth)
    }

    private mutating func adoptOpsets(of function: Onnx_FunctionProto) throws(BitdepthError) {
        for (domain, version) in try ModelImport.opsets(function.opsetImport) {
            guard let known = opsets[domain] else {
                opsets[domain] = version
                continue
            }
            guard known == version else {
                throw BitdepthError(
                    .unsupportedOpset,
                    "function \"\(function.name)\" is written for operator set \(version) of domain \"\(domain)\", the model for \(known)"
                )
            }
        }
    }
}

extension Onnx_GraphProto {
    fileprivate var allNames: Set<String> {
        var names = Set(input.map(\.name) + output.map(\.name) + initializer.map(\.name))
        for node in node {
            names.formUnion(node.input + node.output)
            for attribute in node.attribute {
                if attribute.hasG { names.formUnion(attribute.g.allNames) }
                for graph in attribute.graphs { names.formUnion(graph.allNames) }
            }
        }
        return names
    }
}
