"""One network to be timed: the module, and samples of its input."""
import dataclasses

import numpy as np
import torch


@dataclasses.dataclass
class Network:
    module: torch.nn.Module
    input: str
    output: str
    #: As the network takes them, one sample for each index of the first axis.
    samples: np.ndarray
    #: Names of axes that vary beside the batch.
    axes: dict[int, str] = dataclasses.field(default_factory=dict)
    #: Where the batch lies in inputs and outputs; behind 0, a sample has an axis of one element there.
    batch_axis: int = 0

    def batch(self, count: int) -> np.ndarray:
        samples = self.samples[:count]
        return samples if self.batch_axis == 0 else np.concatenate(list(samples), axis=self.batch_axis)

    @property
    def example(self) -> tuple[torch.Tensor]:
        return (torch.from_numpy(self.batch(1)),)
