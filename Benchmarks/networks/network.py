"""One network to be timed: the module, an example of its inputs, and what it is calibrated with."""
import dataclasses

import numpy as np
import torch


@dataclasses.dataclass
class Network:
    module: torch.nn.Module
    #: What `torch.export` and `torch.onnx.export` trace the module with, one sample.
    example: tuple[torch.Tensor, ...]
    #: Samples by the name of their input, as `bitdepth quantize --data` reads them.
    calibration: dict[str, np.ndarray]
    output: str
    #: Names of axes that vary, beside the batch.
    axes: dict[int, str] = dataclasses.field(default_factory=dict)
    preprocess: str = "raw"
    #: The axis of samples in inputs and output.
    batch_axis: int = 0

    @property
    def input(self) -> str:
        return next(iter(self.calibration))
