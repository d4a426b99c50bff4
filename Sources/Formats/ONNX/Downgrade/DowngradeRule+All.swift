import BitdepthGraphs

extension DowngradeRule {
    /// The changes of ONNX's operators that need care, by operator and by the version that brought them. All others are
    /// ``same``.
    ///
    /// Source: ONNX, docs/Changelog.md.
    static let all: [String: [Int: DowngradeRule]] = [
        "ArgMax": [11: axisFromStart, 12: .drop(["select_last_index": .int(0)])],
        "ArgMin": [11: axisFromStart, 12: .drop(["select_last_index": .int(0)])],
        "Attention": [
            24: .rewrite { node, _ in node.dropInput(6) },
            25: .drop(["left_window_size": .int(-1), "right_window_size": .int(-1)]),
        ],
        "AveragePool": [10: .drop(["ceil_mode": .int(0)]), 19: .drop(["dilations": .int(1)])],
        "BatchNormalization": [14: .all([.drop(["training_mode": .int(0)]), onlyOutput])],
        "BitShift": [28: .rewrite { node, scope in scope.type(node.input(0))?.element.isSigned != true }],
        "Cast": [19: .drop(["saturate": .int(1)]), 24: .drop(["round_mode": .text("up")])],
        "CastLike": [19: .drop(["saturate": .int(1)]), 24: .drop(["round_mode": .text("up")])],
        "Clip": [11: boundsToAttributes],
        "Compress": [11: axisFromStart],
        "Concat": [11: axisFromStart],
        "Constant": [12: valueToTensor],
        "DFT": [20: .never],
        "DepthToSpace": [11: channelsFirstBlocks],
        "DequantizeLinear": [
            13: perTensor, 19: floatScale, 21: .all([.drop(["block_size": .int(0)]), byteCodes]),
            23: .drop(["output_dtype": .int(0)]),
        ],
        "Dropout": [10: onlyOutput, 12: .all([onlyOutput, ratioToAttribute])],
        "Flatten": [11: axisFromStart],
        "Gather": [11: axisFromStart],
        "GatherND": [12: .drop(["batch_dims": .int(0)])],
        "Gelu": [20: gelu],
        "Gemm": [11: .rewrite { node, _ in node.input(2) != nil }],
        "GRU": [14: .drop(["layout": .int(0)])],
        "GridSample": [20: interpolationNames],
        "GroupNormalization": [21: groupNormalization],
        "HardSwish": [14: hardSwish],
        "Hardmax": softmaxRules,
        "LSTM": [14: .drop(["layout": .int(0)])],
        "LayerNormalization": [17: layerNormalization],
        "LogSoftmax": softmaxRules,
        "LpPool": [18: .drop(["ceil_mode": .int(0), "dilations": .int(1)])],
        "Max": [8: .never],
        "MaxPool": [
            8: .all([.drop(["storage_order": .int(0)]), onlyOutput]),
            10: .drop(["ceil_mode": .int(0), "dilations": .int(1)]),
        ],
        "Mean": [8: .never],
        "Min": [8: .never],
        "Mish": [18: mish],
        "Mod": [
            28: .rewrite { node, scope in
                node.attributes["fmod"] == .int(1) || scope.type(node.input(0))?.element.isFloatingPoint != true
            }
        ],
        "OneHot": [11: axisFromStart],
        "Pad": [
            11: padsToAttributes, 18: .rewrite { node, _ in node.dropInput(3) },
            19: .rewrite { node, _ in !node.has("mode", "wrap") },
        ],
        "QuantizeLinear": [
            13: perTensor, 19: .all([.drop(["saturate": .int(1)]), floatScale]),
            21: .all([.drop(["block_size": .int(0)]), outputTypeByZeroPoint, byteCodes]),
            23: .drop(["precision": .int(0)]),
        ],
        "RMSNormalization": [23: rmsNormalization],
        "RNN": [14: .drop(["layout": .int(0)])],
        "Range": [27: .drop(["stash_type": .int(1)])],
        "ReduceL1": reductionRules,
        "ReduceL2": reductionRules,
        "ReduceLogSum": reductionRules,
        "ReduceLogSumExp": reductionRules,
        "ReduceMax": reductionRules,
        "ReduceMean": reductionRules,
        "ReduceMin": reductionRules,
        "ReduceProd": reductionRules,
        "ReduceSum": [11: axesFromStart, 13: reductionAxesToAttribute],
        "ReduceSumSquare": reductionRules,
        "Reshape": [14: .drop(["allowzero": .int(0)])],
        "Resize": [
            11: resizeByScales, 13: explicitResizeOperands,
            18: .all([
                .drop(["antialias": .int(0), "keep_aspect_ratio_policy": .text("stretch")]),
                .rewrite { node, _ in node.attributes["axes"] == nil },
            ]),
            19: .rewrite { node, _ in !node.has("coordinate_transformation_mode", "half_pixel_symmetric") },
        ],
        "RoiAlign": [16: .rewrite(roiAlignOffset)],
        "RotaryEmbedding": [23: rotaryEmbedding],
        "Scan": [9: .never],
        "ScatterElements": [16: .drop(["reduction": .text("none")]), 18: noMinimumOrMaximum],
        "ScatterND": [16: .drop(["reduction": .text("none")]), 18: noMinimumOrMaximum],
        "Shape": [15: extentsBySlice],
        "Slice": [10: sliceToAttributes],
        "Softmax": softmaxRules,
        "SpaceToDepth": [28: .drop(["mode": .text("DCR")])],
        "Split": [11: axisFromStart, 13: splitToAttribute, 18: equalSplit],
        "Squeeze": [11: axesFromStart, 13: axesToAttribute],
        "Sum": [8: .never],
        "Swish": [24: swish],
        "TopK": [10: countToAttribute, 11: .drop(["largest": .int(1), "sorted": .int(1)])],
        "Unsqueeze": [11: axesFromStart, 13: axesToAttribute],
    ]

    private static let reductionRules: [Int: DowngradeRule] = [11: axesFromStart, 18: reductionAxesToAttribute]

    /// Before 13 all axes from `axis` on were taken together, which is the same only for the last one; the default was 1.
    private static let softmaxRules: [Int: DowngradeRule] = [11: axisFromStart, 13: alongLastAxis]
}
