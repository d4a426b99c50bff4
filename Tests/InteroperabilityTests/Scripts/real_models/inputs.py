"""Writes the inputs of one real model as `bitdepth --data` reads them: a folder with an .npz file for each sample.

    python inputs.py MODEL calibration|evaluation FOLDER [COUNT]
"""
import hashlib
import pathlib
import sys

import numpy as np

from catalogue import find
from engines import complete_samples
from real_model import Arrays, CALIBRATION, EVALUATION, RealModel


def digest(sample: Arrays) -> str:
    return hashlib.sha256(b"".join(sample[name].tobytes() for name in sorted(sample))).hexdigest()


def samples(model: RealModel, part: str, count: int | None = None) -> list:
    """The samples of a part (sequences where the model has feedback)."""
    standard = model.calibration_count if part == CALIBRATION else model.evaluation_count
    return model.inputs(part, standard if count is None else count)


def check_disjoint(first: list[Arrays], second: list[Arrays], name: str) -> None:
    """No sample twice in the evaluation, and none in both: a calibration must not have seen what it is judged by."""
    seen = [digest(s) for s in second]
    if len(set(seen)) != len(seen) or set(seen) & {digest(s) for s in first}:
        raise ValueError(f"{name}: a sample occurs twice")


def write(samples: list[Arrays], folder: pathlib.Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for index, sample in enumerate(samples):
        np.savez(folder / f"{index:05d}.npz", **sample)


def main() -> None:
    name, part, folder, *count = sys.argv[1:]
    if part not in (CALIBRATION, EVALUATION):
        sys.exit(__doc__)
    model = find(name)
    chosen = samples(model, part, int(count[0]) if count else None)
    write(complete_samples(model, chosen), pathlib.Path(folder))


if __name__ == "__main__":
    main()
