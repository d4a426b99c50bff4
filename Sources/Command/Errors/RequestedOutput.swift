/// How errors are to be shown, read from the raw arguments: they also count when the rest cannot be understood.
struct RequestedOutput: Equatable {
    var isJSON = false
    var color = ColorChoice.automatic

    init(_ arguments: [String]) {
        let arguments = arguments.prefix { $0 != "--" }
        for (index, argument) in zip(arguments.indices, arguments) {
            let parts = argument.split(separator: "=", maxSplits: 1).map(String.init)
            let following = arguments.indices.contains(index + 1) ? arguments[index + 1] : nil
            let value = parts.count == 2 ? parts[1] : following
            switch parts.first {
            case "--json": isJSON = true
            case "--format": isJSON = value == "json" || value == "jsonl"
            case "--color": color = value.flatMap(ColorChoice.init(rawValue:)) ?? color
            default: break
            }
        }
    }
}
