"""Boxes around the text of a probability map."""
import numpy as np

THRESHOLD = 0.3
LEAST_PIXELS = 16

Box = tuple[int, int, int, int]  # Left, top, right, bottom.


def runs(row: np.ndarray) -> list[tuple[int, int]]:
    """Where a row is true: half-open ranges."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], row.astype(np.int8), [0]])))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist()))


def boxes(probabilities: np.ndarray) -> list[Box]:
    """The boxes of the connected regions (four neighbours) of [H, W] above the threshold, sorted."""
    parents, all_runs, above = [], [], []

    def root(index: int) -> int:
        while parents[index] != index:
            index = parents[index]
        return index

    for y, row in enumerate(probabilities > THRESHOLD):
        here = []
        for start, end in runs(row):
            index = len(parents)
            parents.append(index)
            all_runs.append((start, y, end))
            here.append((start, end, index))
            for left, right, neighbour in above:
                if left < end and start < right:
                    parents[root(neighbour)] = root(index)
        above = here

    regions: dict[int, list[tuple[int, int, int]]] = {}
    for index, run in enumerate(all_runs):
        regions.setdefault(root(index), []).append(run)
    return sorted(
        (min(r[0] for r in region), region[0][1], max(r[2] for r in region), region[-1][1] + 1)
        for region in regions.values() if sum(r[2] - r[0] for r in region) >= LEAST_PIXELS)


class Boxes(list):
    """The boxes of one image. Those of another answer are the same where no side is further away than two pixels."""

    def found_in(self, other: "Boxes") -> int:
        """How many of these boxes the other answer has too."""
        return sum(any(all(abs(a - b) <= 2 for a, b in zip(mine, theirs)) for theirs in other) for mine in self)
