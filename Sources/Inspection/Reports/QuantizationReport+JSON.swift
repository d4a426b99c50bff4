import BitdepthEvaluation

extension QuantizationReport {
    public var json: JSONValue {
        [
            "file": file.map { file in
                [
                    "path": .string(file.path), "bytes_before": .integer(file.bytesBefore),
                    "bytes": .integer(file.bytes),
                    "ratio": .number(file.ratio),
                ]
            } ?? nil,
            "check": [
                "samples": .integer(check.result.sampleCount), "kind": .string(check.kind.rawValue),
                "passed": .bool(complaints.isEmpty), "complaints": .strings(complaints),
                "outputs": OutputTable(check.result, order: check.outputs).json,
            ],
            "latency": [
                "float_ms": .number(cost.latency.first * 1000), "quantized_ms": .number(cost.latency.second * 1000),
                "speedup": .number(cost.latency.speedup), "runs": .integer(cost.latency.runs), "threads": 1,
                "processor": .string(cost.processor), "instruction_set": .string(cost.instructionSet),
            ],
            "memory": [
                "float_working_bytes": .integer(cost.workingBytes.float),
                "quantized_working_bytes": .integer(cost.workingBytes.quantized),
            ],
            "multiply_adds": [
                "total": .integer(cost.multiplyAccumulates.total),
                "integer": .integer(cost.multiplyAccumulates.integer),
            ],
            "calibration": [
                "bytes": .integer(calibration.bytes),
                "infinities": .array(
                    calibration.infinities.map {
                        ["value": .string($0.value.text), "count": .integer(Int(clamping: $0.count))]
                    }),
            ],
            "nodes": nodes.json, "lost_most": check.layers.json, "notes": .strings(notes), "next": .string(next),
        ]
    }
}
