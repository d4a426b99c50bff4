"""Encoders with the shapes of BERT-base and ViT-S and seeded random weights, as their exports spell them.

Source: Devlin et al. 2018 (arXiv 1810.04805), Dosovitskiy et al. 2020 (arXiv 2010.11929).
"""
import math

import numpy as np
import torch
from torch import nn

from .convolutions import smooth_images
from .network import Network

LAYERS = 12
#: Of 30522 words; a row of the table is read for each token, whatever the number of rows.
WORDS, LONGEST, SEQUENCE, SAMPLES = 8192, 512, 128, 32


class Attention(nn.Module):
    def __init__(self, width: int, heads: int):
        super().__init__()
        self.heads, self.size = heads, width // heads
        self.query, self.key, self.value, self.output = (nn.Linear(width, width) for _ in range(4))

    def split(self, values: torch.Tensor) -> torch.Tensor:
        batch, length, _ = values.shape
        return values.view(batch, length, self.heads, self.size).transpose(1, 2)

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        query, key, value = (self.split(layer(values)) for layer in (self.query, self.key, self.value))
        scores = torch.matmul(query, key.transpose(-1, -2)) / math.sqrt(self.size)
        context = torch.matmul(torch.softmax(scores, -1), value).transpose(1, 2)
        batch, length, _ = values.shape
        return self.output(context.reshape(batch, length, self.heads * self.size))


class Block(nn.Module):
    """One layer; BERT normalizes behind each addition, ViT in front of each branch."""

    def __init__(self, width: int, heads: int, normalizes_first: bool):
        super().__init__()
        self.normalizes_first = normalizes_first
        self.attention = Attention(width, heads)
        self.expand, self.project = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
        self.first, self.second = nn.LayerNorm(width), nn.LayerNorm(width)

    def feed_forward(self, values: torch.Tensor) -> torch.Tensor:
        return self.project(nn.functional.gelu(self.expand(values)))

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        if self.normalizes_first:
            values = values + self.attention(self.first(values))
            return values + self.feed_forward(self.second(values))
        values = self.first(values + self.attention(values))
        return self.second(values + self.feed_forward(values))


class BERT(nn.Module):
    """Token numbers [N, S] to states [N, S, 768]; sentences are not padded, so that no mask is needed."""

    def __init__(self, width: int = 768, heads: int = 12):
        super().__init__()
        self.words, self.places = nn.Embedding(WORDS, width), nn.Embedding(LONGEST, width)
        self.norm = nn.LayerNorm(width)
        self.blocks = nn.ModuleList(Block(width, heads, normalizes_first=False) for _ in range(LAYERS))

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        places = torch.arange(tokens.shape[1], device=tokens.device)
        values = self.norm(self.words(tokens) + self.places(places))
        for block in self.blocks:
            values = block(values)
        return values


class ViT(nn.Module):
    """Images [N, 3, 224, 224] to logits: 196 patches of 16 x 16 pixels and the class token."""

    def __init__(self, width: int = 384, heads: int = 6, classes: int = 1000):
        super().__init__()
        self.patches = nn.Conv2d(3, width, 16, 16)
        self.token = nn.Parameter(torch.randn(1, 1, width) * 0.02)
        self.places = nn.Parameter(torch.randn(1, 197, width) * 0.02)
        self.blocks = nn.ModuleList(Block(width, heads, normalizes_first=True) for _ in range(LAYERS))
        self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, classes)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        patches = self.patches(image).flatten(2).transpose(1, 2)
        values = torch.cat([self.token.expand(image.shape[0], -1, -1), patches], 1) + self.places
        for block in self.blocks:
            values = block(values)
        return self.head(self.norm(values[:, 0]))


def bert() -> Network:
    tokens = np.random.default_rng(0).integers(0, WORDS, (SAMPLES, SEQUENCE), dtype=np.int64)
    return Network(module=BERT().eval(), input="tokens", output="states", samples=tokens, axes={1: "S"})


def vit() -> Network:
    return Network(module=ViT().eval(), input="image", output="logits", samples=smooth_images())
