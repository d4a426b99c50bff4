"""MatMulInteger16 of com.microsoft: stacks of matrices that broadcast; sums that wrap."""
import numpy as np

from contrib_model import contrib_model
from node_model import chance, extents, pick


def operands(rng, largest=6):
    """Shapes of two stacks of matrices that can be multiplied."""
    rows, depth, columns = extents(rng, 3, 1, largest)
    batches = extents(rng, int(rng.integers(0, 3)), 1, 3)
    left = tuple(1 if chance(rng, 0.2) else e for e in batches)
    right = pick(rng, [batches, (), tuple(1 if chance(rng, 0.3) else e for e in batches)])
    return (*left, rows, depth), (*right, depth, columns)


def cases(rng, count):
    for number in range(count):
        a, b = operands(rng)
        inputs = [rng.integers(-32768, 32768, shape).astype(np.int16) for shape in (a, b)]
        model, fed = contrib_model("MatMulInteger16", inputs)
        yield f"MatMulInteger16 {number} {a} {b}", model, fed, {"rtol": 0, "atol": 0}
