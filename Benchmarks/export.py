"""Exports the networks that Bitdepth is timed with, and what calibrates them.

    python Benchmarks/export.py [FOLDER] [NAME…]        default: build/benchmarks, all of them

For each network NAME.onnx and NAME.npz, the samples of its input; what stands there already is left alone.
"""
import pathlib
import sys

import numpy as np
import torch

from networks import convolutions, recurrent, transformers
from networks.network import Network

ROOT = pathlib.Path(__file__).parent.parent
NETWORKS = {
    "mobilenetv2": convolutions.mobilenetv2, "efficientnet-lite0": convolutions.efficientnet_lite0,
    "resnet50": convolutions.resnet50, "bert": transformers.bert, "vit": transformers.vit, "lstm": recurrent.lstm,
    "gru": recurrent.gru,
}


def export(network: Network, path: pathlib.Path) -> None:
    batch = {network.batch_axis: "N"}
    torch.onnx.export(
        network.module, network.example, str(path), input_names=[network.input], output_names=[network.output],
        opset_version=17, dynamo=False,
        dynamic_axes={network.input: batch | network.axes, network.output: batch | network.axes})


def main() -> None:
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "build/benchmarks"
    folder.mkdir(parents=True, exist_ok=True)
    for name in sys.argv[2:] or NETWORKS:
        path = folder / f"{name}.onnx"
        if path.exists():
            continue
        torch.manual_seed(0)
        network = NETWORKS[name]()
        np.savez(path.with_suffix(".npz"), **network.calibration)
        export(network, path)
        print(f"export: wrote {path}", file=sys.stderr)


if __name__ == "__main__":
    main()
