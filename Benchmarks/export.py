"""Exports the networks that Bitdepth and its peers are timed with, and quantizes them.

    python Benchmarks/export.py --bitdepth build/bitdepth [--folder build/benchmarks] [NAME…]

For each network:

    NAME.onnx, NAME.int8.onnx, NAME.int8.qop.onnx      float; what `bitdepth quantize` makes of it, spelled in both ways
    NAME.dynamic.onnx                                  what ONNX Runtime's quantize_dynamic makes of it
    NAME.tflite, NAME.int8.tflite                      the same network by litert-torch, quantized by litert-quantizer
    NAME.npz, NAME.x1.npz, NAME.x8.npz                 32 samples to calibrate with; inputs of one and of eight samples

What stands there already is left alone, but for what `bitdepth quantize` makes.
"""
import argparse
import pathlib
import subprocess
import sys

import numpy as np
import torch

import lite
from catalogue import NETWORKS
from kinds import KINDS
from networks.network import Network

ROOT = pathlib.Path(__file__).parent.parent


def export(network: Network, path: pathlib.Path) -> None:
    axes = {network.batch_axis: "N"} | network.axes
    torch.onnx.export(
        network.module, network.example, str(path), input_names=[network.input], output_names=[network.output],
        opset_version=17, dynamo=False, dynamic_axes={network.input: axes, network.output: axes})


def save_samples(network: Network, path: pathlib.Path) -> None:
    np.savez(path.with_suffix(".npz"), **{network.input: network.samples})
    for count in (1, 8):
        np.savez(path.with_suffix(f".x{count}.npz"), **{network.input: network.batch(count)})


def quantize(bitdepth: pathlib.Path, path: pathlib.Path, spelling: str, output: pathlib.Path) -> None:
    subprocess.run(
        [bitdepth, "quantize", path, "--data", path.with_suffix(".npz"), "--preprocess", "raw", "--to", spelling, "-o", output,
         "-f", "-q"], check=True, stdout=subprocess.DEVNULL)


def quantize_dynamic(path: pathlib.Path, output: pathlib.Path) -> None:
    from onnxruntime.quantization import QuantType, quantize_dynamic

    quantize_dynamic(path, output, weight_type=QuantType.QInt8)


def make(name: str, folder: pathlib.Path, bitdepth: pathlib.Path) -> None:
    kind, path = KINDS[name], folder / f"{name}.onnx"
    torch.manual_seed(0)
    network = None

    def lazy() -> Network:
        nonlocal network
        network = network or NETWORKS[name]()
        return network

    steps = {
        f"{name}.npz": lambda file: save_samples(lazy(), path),
        f"{name}.onnx": lambda file: export(lazy(), file),
        f"{name}.int8.onnx": lambda file: quantize(bitdepth, path, "onnx-qdq", file),
    }
    if kind.qoperator:
        steps[f"{name}.int8.qop.onnx"] = lambda file: quantize(bitdepth, path, "onnx-qop", file)
    if kind.dynamic:
        steps[f"{name}.dynamic.onnx"] = lambda file: quantize_dynamic(path, file)
    if kind.lite:
        steps[f"{name}.tflite"] = lambda file: lite.convert(lazy(), file)
        steps[f"{name}.int8.tflite"] = lambda file: lite.quantize(path.with_suffix(".tflite"), path.with_suffix(".npz"), file)
    for file, step in steps.items():
        is_own = ".int8." in file and file.endswith(".onnx")
        if is_own or not (folder / file).exists():
            step(folder / file)
            print(f"export: wrote {folder / file}", file=sys.stderr)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bitdepth", type=pathlib.Path, required=True, help="the built command")
    parser.add_argument("--folder", type=pathlib.Path, default=ROOT / "build/benchmarks")
    parser.add_argument("names", nargs="*", default=list(NETWORKS), metavar="NAME")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    for name in arguments.names:
        make(name, arguments.folder, arguments.bitdepth.resolve())


if __name__ == "__main__":
    main()
