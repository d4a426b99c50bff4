"""Two layers of LSTM or GRU over 100 steps of 80 features, as speech has them, with seeded random weights."""
import numpy as np
import torch
from torch import nn

from .network import Network

STEPS, FEATURES, LAYERS, SAMPLES = 100, 80, 2, 32


class States(nn.Module):
    """The hidden states of all steps: [T, N, hidden] for features [T, N, 80], as ONNX has them."""

    def __init__(self, layers: nn.Module):
        super().__init__()
        self.layers = layers

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        return self.layers(features)[0]


def features() -> np.ndarray:
    """Noise that changes slowly: [samples, T, 1, 80]."""
    noise = np.random.default_rng(0).normal(size=(SAMPLES, STEPS + 4, FEATURES))
    smooth = np.stack([noise[:, start:start + STEPS] for start in range(5)]).mean(0)
    return (smooth * 5**0.5).astype(np.float32)[:, :, None]


def network(layers: nn.Module) -> Network:
    return Network(
        module=States(layers).eval(), input="features", output="states", samples=features(), axes={0: "T"}, batch_axis=1)


def lstm() -> Network:
    return network(nn.LSTM(FEATURES, 512, LAYERS))


def gru() -> Network:
    return network(nn.GRU(FEATURES, 256, LAYERS))
