extension DataReport {
    public var json: JSONValue {
        [
            "path": .string(model), "data": .string(name), "samples": .integer(count), "examined": .integer(examined),
            "preprocess": .string(preprocessing), "preprocess_from": .optional(preprocessingOrigin),
            "inputs": .array(inputs.map(DataReport.json)), "first_samples": .strings(firstSamples),
            "labels": labels.map { .array($0.map { ["label": .integer($0.label), "samples": .integer($0.count)] }) }
                ?? .null,
            "warnings": .array(
                warnings.map {
                    [
                        "code": .string($0.code), "input": .optional($0.input), "message": .string($0.message),
                        "help": .string($0.help),
                    ]
                }),
            "skipped": .array(
                skipped.map { ["file": .string($0.file), "code": .string($0.code), "reason": .string($0.reason)] }),
        ]
    }

    private static func json(_ input: Input) -> JSONValue {
        func number(_ value: Double) -> JSONValue { input.values > 0 ? .number(value) : .null }
        return [
            "name": .string(input.name), "type": .string(input.type), "expected_shape": .string(input.expected),
            "shapes": .strings(input.shapes), "samples": .integer(input.samples), "values": .integer(input.values),
            "not_finite": .integer(input.notFinite), "zeros": .integer(input.zeros), "min": number(input.minimum),
            "max": number(input.maximum), "mean": number(input.mean), "std": number(input.deviation),
        ]
    }
}
