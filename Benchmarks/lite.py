"""The files that LiteRT reads: the same PyTorch module by litert-torch, and its static INT8 form by litert-quantizer."""
import pathlib

import numpy as np

from networks.network import Network

CALIBRATION_SAMPLES = 16


def convert(network: Network, output: pathlib.Path) -> None:
    import litert_torch

    litert_torch.convert(network.module, network.example).export(str(output))


def quantize(model: pathlib.Path, samples: pathlib.Path, output: pathlib.Path) -> None:
    from ai_edge_litert.interpreter import Interpreter
    from litert_quantizer import quantizer, recipe

    signature, ports = next(iter(Interpreter(str(model)).get_signature_list().items()))
    values = next(iter(np.load(samples).values()))[:CALIBRATION_SAMPLES]
    work = quantizer.Quantizer(str(model))
    work.load_quantization_recipe(recipe.static_wi8_ai8())
    ranges = work.calibrate({signature: [{ports["inputs"][0]: value[None]} for value in values]})
    work.quantize(ranges).export_model(str(output))
