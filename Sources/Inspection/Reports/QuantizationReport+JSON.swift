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
            "latency": cost?.latencyJSON ?? nil, "memory": cost?.memoryJSON ?? nil,
            "multiply_adds": cost?.multiplyAddsJSON ?? nil,
            "fallback": fallback?.json ?? nil,
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

extension QuantizationReport.Cost {
    fileprivate var latencyJSON: JSONValue {
        [
            "float_ms": .number(latency.first * 1000), "quantized_ms": .number(latency.second * 1000),
            "speedup": .number(latency.speedup), "runs": .integer(latency.runs), "threads": 1,
            "processor": .string(processor), "instruction_set": .string(instructionSet),
        ]
    }

    fileprivate var memoryJSON: JSONValue {
        [
            "float_working_bytes": .integer(workingBytes.float),
            "quantized_working_bytes": .integer(workingBytes.quantized),
        ]
    }

    fileprivate var multiplyAddsJSON: JSONValue {
        ["total": .integer(multiplyAccumulates.total), "integer": .integer(multiplyAccumulates.integer)]
    }
}
