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
        }
    }

    private func addHeader(to text: inout ReportText) {
        let model = summary.model
        let graph = model.graph
        var facts: [ReportText.Piece] = [.init(file.path, .strong), .init(NumberText.bytes(file.bytes))]
        if file.externalBytes > 0 { facts.append(.init("\(NumberText.bytes(file.externalBytes)) in other files")) }
        if let opset = model.sourceOpset { facts.append(.init("ONNX opset \(opset)")) }
        for (domain, version) in model.opsets where !domain.isEmpty && domain != "ai.onnx" { facts.append(.init("\(domain) \(version)")) }
        text.field("model", facts)
        let constants = summary.constants
        text.field(
            "graph",
            [
                graph.name, count(graph.nodes.count, "node"),
                "\(NumberText.count(constants.elements)) constants, \(NumberText.bytes(constants.bytes))", sums,
            ].compactMap { $0 }.filter { !$0.isEmpty })
        if let form = file.form { text.field("quantized", ["as \(form)", quantizedShare]) }
        text.field("made by", producer.map { [$0] } ?? [])
        for (label, value) in metadata { text.field(label, [value]) }
        for port in graph.requiredInputs { text.field("input", [ReportText.Piece(port.name.text, .strong), .init(type(port))]) }
        for port in graph.outputs { text.field("output", [ReportText.Piece(port.name.text, .strong), .init(type(port))]) }
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
        text.line(.init("  \(count(total, "node")) \(summary.isQuantized ? "float" : "would stay float"), because", .strong))
        for group in groups.prefix(ModelReport.shownReasons) { text.line(.init("    \(group.line())")) }
        if groups.count > ModelReport.shownReasons {
            text.line(.init("    and \(groups.count - ModelReport.shownReasons) more reasons: see --nodes", .faint))
        }
    }

    private static let shownReasons = 12

    private func addTensors(to text: inout ReportText) {
        let isBrief = sections.contains(.header)
        let table = tensors
        let hidden = isBrief ? max(0, table.rows.count - ModelReport.briefRows) : 0
        if table.rows.isEmpty { text.line(.init("  no constants", .faint)) }
        text.table(hidden > 0 ? table.first(ModelReport.briefRows) : table, indent: ReportText.indent)
        if hidden > 0 { text.line(.init("  \(hidden) more: see --tensors", .faint)) }
        guard summary.isQuantized, !isBrief, !floatConstants.rows.isEmpty else { return }
        text.blank()
        text.line(.init("  constants held as floats", .strong))
        text.table(floatConstants, indent: ReportText.indent)
    }
}

extension TextTable {
    /// The table's first rows.
    func first(_ count: Int) -> TextTable {
        var table = TextTable(columns)
        for row in rows.prefix(count) { table.append(row) }
        return table
    }
}
