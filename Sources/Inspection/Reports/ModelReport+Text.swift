import BitdepthGraphs

extension ModelReport {
    public var text: ReportText {
        var text = ReportText()
        for (number, section) in sections.enumerated() {
            var part = ReportText()
            add(section, to: &part)
            guard part != ReportText() else { continue }
            if number > 0 { text.blank() }
            text.append(part)
        }
        return text
    }

    private func add(_ section: Section, to text: inout ReportText) {
        switch section {
        case .header: addHeader(to: &text)
        case .operators: text.table(operators, indent: ReportText.indent)
        case .floats: addFloats(to: &text)
        case .nodes: text.table(nodes, indent: ReportText.indent)
        case .tensors: addTensors(to: &text)
        case .weights:
            if weights.isEmpty { text.line(.init("  no float weights", .faint)) }
            text.table(WeightTable.table(of: weights), indent: ReportText.indent)
        case .memory:
            guard let memory else { return }
            text.field("memory", memory.summary)
            text.table(memory.table, indent: ReportText.indent)
        }
    }

    private func addHeader(to text: inout ReportText) {
        let model = summary.model
        let graph = model.graph
        var facts: [ReportText.Piece] = [.init(file.path, .strong), .init(NumberText.bytes(file.bytes))]
        if file.externalBytes > 0 { facts.append(.init("\(NumberText.bytes(file.externalBytes)) in other files")) }
        if let opset = model.sourceOpset { facts.append(.init("ONNX opset \(opset)")) }
        for (domain, version) in model.opsets where !domain.isEmpty && domain != "ai.onnx" {
            facts.append(.init("\(domain) \(version)"))
        }
        text.field("model", facts)
        let constants = summary.constants
        text.field(
            "graph",
            [
                graph.name, count(file.nodes, "node"),
                "\(NumberText.count(constants.elements)) constants, \(NumberText.bytes(constants.bytes))", sums,
            ].compactMap { $0 }.filter { !$0.isEmpty })
        if let form = file.form { text.field("quantized", ["as \(form)", quantizedShare]) }
        text.field("made by", producer.map { [$0] } ?? [])
        for (label, value) in metadata { text.field(label, [value]) }
        for port in graph.requiredInputs {
            text.field("input", [ReportText.Piece(port.name.text, .strong), .init(type(port))])
        }
        for port in graph.outputs {
            text.field("output", [ReportText.Piece(port.name.text, .strong), .init(type(port))])
        }
        if !file.assumptions.isEmpty { text.field("MACs for", file.assumptions) }
    }

    /// What the file states; what inference found where it states nothing.
    private func type(_ port: Graph.Port) -> String {
        if let stated = port.type, stated.shape.dimensions != nil { return stated.description }
        return (summary.facts[port.name]?.type ?? port.type)?.description ?? "unknown type"
    }

    private var sums: String? {
        guard summary.nodes.contains(where: \.hasSums) else { return nil }
        guard let counts = summary.multiplyAccumulates else { return "MACs unknown (fix the shapes: --shape)" }
        return "\(NumberText.count(counts.total)) MACs"
    }

    private var quantizedShare: String {
        let nodes = summary.computingNodes
        let share = "\(nodes.count { $0.role.isQuantized }) of \(count(nodes.count, "node")) compute on codes"
        guard let counts = summary.multiplyAccumulates, counts.total > 0 else { return share }
        return share + ", with \(NumberText.percent(Double(counts.quantized) / Double(counts.total))) of the MACs"
    }

    private func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

    private func addFloats(to text: inout ReportText) {
        let groups = FloatNodes.groups(summary.nodes)
        let total = groups.reduce(0) { $0 + $1.nodes.count }
        guard total > 0 else {
            text.line(.init(summary.isQuantized ? "  nothing is float" : "  every node would quantize", .good))
            return
        }
        text.line(
            .init("  \(count(total, "node")) \(summary.isQuantized ? "float" : "would stay float"), because", .strong))
        for group in groups.prefix(ModelReport.shownReasons) { text.line(.init("    \(group.line())")) }
        if groups.count > ModelReport.shownReasons {
            text.line(.init("    and \(groups.count - ModelReport.shownReasons) more reasons: see --nodes", .faint))
        }
    }

    private static let shownReasons = 12

    /// Activations first, then weights; where nobody asked for all, only so many of each, and no biases: their scale is
    /// the product of those of activation and weight.
    private func addTensors(to text: inout ReportText) {
        let isBrief = sections.contains(.header)
        var tables: [(title: String, table: TextTable)] = []
        for (kind, title) in [(QuantizedValue.Kind.activation, "activation"), (.weight, "weight"), (.bias, "bias")] {
            guard !isBrief || kind != .bias else { continue }
            let values = summary.values.filter { $0.kind == kind }
            // What all rows share is left out: the kind, and the zero points of symmetric schemes.
            let isSymmetric = values.allSatisfy { $0.zeroPoints.allSatisfy { $0 == 0 } }
            var table = TensorTable.table(of: values).without(isSymmetric ? ["kind", "zero_point"] : ["kind"])
            table.columns[0].title = title
            tables.append((title, table))
        }
        if !isBrief || !summary.isQuantized {
            var constants = floatConstants
            constants.columns[0].title = summary.isQuantized ? "constant held as float" : "constant"
            tables.append(("constant", constants))
        }
        tables.removeAll { $0.table.rows.isEmpty }
        if tables.isEmpty { text.line(.init("  no constants", .faint)) }
        for (number, (title, table)) in tables.enumerated() {
            if number > 0 { text.blank() }
            let hidden = isBrief ? max(0, table.rows.count - ModelReport.briefRows) : 0
            text.table(hidden > 0 ? table.first(ModelReport.briefRows) : table, indent: ReportText.indent)
            if hidden > 0 {
                text.line(
                    .init(
                        "  \(count(hidden, title == "activation" ? "activation" : "weight")) more: see --tensors",
                        .faint))
            }
        }
    }
}

extension TextTable {
    /// The table without the columns of these keys.
    func without(_ keys: Set<String>) -> TextTable {
        let kept = columns.indices.filter { !keys.contains(columns[$0].key) }
        var table = TextTable(kept.map { columns[$0] })
        for row in rows { table.append(kept.map { row[$0] }) }
        return table
    }

    /// The table's first rows.
    func first(_ count: Int) -> TextTable {
        var table = TextTable(columns)
        for row in rows.prefix(count) { table.append(row) }
        return table
    }
}
