import Bitdepth

/// What of `onnx.backend.test` is not run, by rule and not by name; every rule has its reason.
enum ConformanceRules {
    /// What excludes a case and why; `nil` for a case that must pass.
    static func exclusion(of conformanceCase: ConformanceCase) -> (use: String, reason: String)? {
        for use in conformanceCase.uses {
            if let reason = unsupportedUses[use] { return (use, reason) }
        }
        for use in conformanceCase.uses where use.hasPrefix("operator:") && !isKnown(use) {
            let reason = operatorReasons.first { use.hasPrefix("operator:\($0.prefix)") }?.reason
            return (use, reason ?? "the catalogue lacks the operator")
        }
        return nil
    }

    /// Tensors of numbers up to 64 bits are what an element type may be here.
    static let unsupportedUses: [String: String] = [
        "type:string": "text is not a number",
        "training": "training mode: statistics are updated, or elements drawn at random",
    ]

    /// Operators that the catalogue lacks on purpose, by how their names begin.
    static let operatorReasons: [(prefix: String, reason: String)] = [
        ("ai.onnx.preview.training.", "an operator of training"),
        ("ai.onnx.Bernoulli", "draws at random"),
        ("ai.onnx.RandomUniform", "draws at random"),
        ("ai.onnx.ImageDecoder", "decodes images"),
        ("ai.onnx.TfIdfVectorizer", "counts words of a text"),
    ]

    /// Cases whose expected values contradict the specification, or choose where it is silent. All of them must fail.
    static let exceptions: [String: String] = [
        "test_attention_3d_with_past_and_present_qk_matmul_bias": softcap,
        "test_attention_3d_with_past_and_present_qk_matmul_softcap": softcap,
        "test_attention_4d_with_past_and_present_qk_matmul_bias": softcap,
        "test_attention_4d_with_past_and_present_qk_matmul_bias_3d_mask": softcap,
        "test_attention_4d_with_past_and_present_qk_matmul_bias_3d_mask_causal": softcap,
        "test_attention_4d_with_past_and_present_qk_matmul_bias_4d_mask": softcap,
        "test_attention_4d_with_past_and_present_qk_matmul_bias_4d_mask_causal": softcap,
        "test_attention_4d_with_qk_matmul_bias": softcap,
        "test_attention_4d_with_qk_matmul_softcap": softcap,
        "test_dft_inverse": singlePrecision,
        "test_dft_inverse_opset19": singlePrecision,
        "test_l2normalization_axis_0":
            "expects NaN for a vector of zeros, 0 divided by 0; it stays zero, as in ONNX Runtime",
        "test_qlinearmatmul_2D_int8_float16": wrapping,
        "test_qlinearmatmul_2D_int8_float32": wrapping,
        "test_qlinearmatmul_3D_int8_float16": wrapping,
        "test_qlinearmatmul_3D_int8_float32": wrapping,
    ]

    private static let softcap =
        "expects the softcap behind the mask, and its output as mode 2; onnx 1.23 has corrected both in the specification of these versions, and ONNX Runtime agrees"

    private static let singlePrecision =
        "expects 1.9e-7 where the result is 0: the rounding errors of an FP32 transform, larger than the suite tolerates"

    private static let wrapping =
        "expects results below -128 to wrap; they saturate by the specification, and in ONNX Runtime"

    /// Whether the catalogue has the operator of a use, spelled `operator:DOMAIN.TYPE`.
    private static func isKnown(_ use: String) -> Bool {
        let name = use.dropFirst("operator:".count)
        guard let dot = name.lastIndex(of: ".") else { return false }
        let domain = name[..<dot]
        let type = String(name[name.index(after: dot)...])
        return OperatorCatalogue.all[OperatorName(type, domain: domain == "ai.onnx" ? "" : String(domain))] != nil
    }
}
