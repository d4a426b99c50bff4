"""How outputs are compared: errors, SQNR, decisions."""
import dataclasses

import numpy as np

from real_model import Arrays, RealModel
from text_boxes import Boxes


def relative_error(found: list[Arrays], expected: list[Arrays]) -> float:
    """The largest difference of an output over its largest magnitude, over all samples; infinite where shapes differ."""
    worst = 0.0
    for name in expected[0]:
        difference, magnitude = 0.0, 0.0
        for ours, theirs in zip(found, expected, strict=True):
            a, b = ours[name].astype(np.float64), theirs[name].astype(np.float64)
            if a.shape != b.shape or not np.isfinite(a).all():
                return float("inf")
            difference = max(difference, np.abs(a - b).max(initial=0))
            magnitude = max(magnitude, np.abs(b).max(initial=0))
        worst = max(worst, difference / magnitude if magnitude > 0 else difference)
    return float(worst)


def sqnr(found: list[Arrays], expected: list[Arrays]) -> float:
    """The worst output's ratio of signal to difference in dB, over all samples; infinite when equal.

    Samples for which the two engines give different numbers of results (after non-maximum suppression) are noise entirely.
    """
    worst = float("inf")
    for name in expected[0]:
        signal, noise = 0.0, 0.0
        for ours, theirs in zip(found, expected, strict=True):
            a, b = ours[name].astype(np.float64), theirs[name].astype(np.float64)
            power = float(np.square(b).sum())
            signal += power
            noise += float(np.square(a - b).sum()) if a.shape == b.shape else power
        if noise > 0:
            worst = min(worst, 10 * np.log10(signal / noise) if signal > 0 else -float("inf"))
    return worst


@dataclasses.dataclass
class Agreement:
    """Decisions that are equal; of yes-or-no maps also those among the cells where at least one side says yes."""

    count: int = 0
    equal: int = 0
    active: int = 0
    both: int = 0

    @property
    def share(self) -> float:
        return self.equal / self.count if self.count else 0.0

    @property
    def overlap(self) -> float | None:
        return self.both / self.active if self.active else None

    def add(self, ours: object, theirs: object) -> None:
        if isinstance(theirs, Boxes) and isinstance(ours, Boxes):
            self.count += max(len(ours), len(theirs))
            self.equal += min(ours.found_in(theirs), theirs.found_in(ours))
            return
        if not isinstance(theirs, np.ndarray):
            self.count += 1
            self.equal += bool(ours == theirs)
            return
        self.count += theirs.size
        if not isinstance(ours, np.ndarray) or ours.shape != theirs.shape:
            return
        self.equal += int((ours == theirs).sum())
        if theirs.dtype == bool:
            self.active += int((ours | theirs).sum())
            self.both += int((ours & theirs).sum())


def agreement(model: RealModel, found: list[Arrays], expected: list[Arrays]) -> Agreement:
    result = Agreement()
    for ours, theirs in zip(found, expected, strict=True):
        for a, b in zip(model.decide(ours), model.decide(theirs), strict=True):
            result.add(a, b)
    return result
