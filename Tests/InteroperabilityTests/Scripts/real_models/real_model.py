"""What the tests know of one real model: where it lies, what goes in, and what its outputs mean."""
import dataclasses
import importlib.util
import pathlib
from collections.abc import Callable

import numpy as np

Arrays = dict[str, np.ndarray]

# The two sets of inputs of a model; they share no sample.
CALIBRATION, EVALUATION = "calibration", "evaluation"


@dataclasses.dataclass(frozen=True)
class RealModel:
    """A model, its inputs and its decisions.

    inputs(part, count): that many samples, the same ones at every call; the first axis of each array is the batch.
    decide(outputs): one decision for each row of a batch (whatever can be compared by `==`), or many: an array, or Boxes.
    together: how many batches one process of ours is given.
    feedback: outputs that are the next step's inputs; samples are then sequences (lists of steps), see `sequences`.
    """

    name: str
    origin: str
    file: Callable[[], pathlib.Path]
    inputs: Callable[[str, int], list]
    decide: Callable[[Arrays], list]
    decision: str
    batch: int = 1
    together: int = 1
    calibration_count: int = 128
    evaluation_count: int = 200
    feedback: dict[str, str] = dataclasses.field(default_factory=dict)


def generator(seed: str, part: str, index: int) -> np.random.Generator:
    """The random numbers of one sample: of its own, so that a longer set begins with the samples of a shorter one."""
    return np.random.default_rng([*seed.encode(), *part.encode(), index])


def packaged(package: str, path: str) -> Callable[[], pathlib.Path]:
    """The path of a file inside an installed package, which is not imported: its own dependencies are not installed."""

    def find() -> pathlib.Path:
        found = importlib.util.find_spec(package)
        if found is None or not found.submodule_search_locations:
            raise FileNotFoundError(f"the package {package} is not installed: see Tests/requirements-models.txt")
        file = pathlib.Path(found.submodule_search_locations[0]) / path
        if not file.exists():
            raise FileNotFoundError(f"{file} is missing: another version of {package}?")
        return file

    return find
