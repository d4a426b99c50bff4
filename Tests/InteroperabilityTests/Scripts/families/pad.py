"""Pad: every mode, negative pads, chosen axes, several types."""
import numpy as np

from node_model import chance, extents, node_model, pick


def cases(rng, count):
    for number in range(count):
        mode = pick(rng, ["constant", "constant", "reflect", "edge", "wrap"])
        rank = int(rng.integers(1, 5))
        shape = extents(rng, rank, 2, 5)
        element = pick(rng, [np.float32, np.float64, np.int32, np.int64, np.uint8, np.int8])
        data = rng.integers(0, 100, shape).astype(element)
        axes = sorted(rng.permutation(rank)[:int(rng.integers(1, rank + 1))]) if chance(rng, 0.3) else None
        padded = list(range(rank)) if axes is None else axes
        # What is left after negative pads must still hold what a reflection or a repetition looks at.
        reach = [1 if mode == "reflect" else 3 for _ in padded]
        pads = [int(rng.integers(-1, r + 1)) for r in reach + reach]
        inputs = [data, np.array(pads, np.int64)]
        if mode == "constant" and chance(rng):
            inputs.append(np.array(7, element))
        if axes is not None:
            inputs += [None] * (3 - len(inputs))
            inputs.append(np.array([a - rank if chance(rng, 0.3) else a for a in axes], np.int64))
        constants = tuple(range(1, len(inputs))) if chance(rng, 0.8) else ()
        model, fed = node_model("Pad", inputs, {"mode": mode}, constants=constants)
        yield f"Pad {number} {mode} {shape} {pads} {axes}", model, fed, {"rtol": 0, "atol": 0}
