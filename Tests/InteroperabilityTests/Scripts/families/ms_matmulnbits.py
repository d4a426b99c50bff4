"""MatMulNBits of com.microsoft: 2, 4 and 8 bits, all block sizes, zero points packed, as floats or left out, bias."""
import numpy as np

from contrib_model import contrib_model
from node_model import chance, extents, floats, pick


def cases(rng, count):
    for number in range(count):
        bits = int(pick(rng, [2, 4, 4, 8]))
        block = int(pick(rng, [16, 32, 64, 128, 256]))
        depth, columns = int(rng.integers(1, 3 * block)), int(rng.integers(1, 12))
        blocks = (depth + block - 1) // block
        rows = extents(rng, int(rng.integers(1, 3)), 1, 4)
        scales = rng.uniform(0.005, 0.05, (columns, blocks)).astype(np.float32)
        zeros = pick(rng, ["none", "packed"] if bits == 8 else ["none", "packed", "float"])
        zero = None
        if zeros == "packed":
            zero = rng.integers(0, 256, (columns, (blocks * bits + 7) // 8)).astype(np.uint8)
        elif zeros == "float":
            zero = rng.uniform(0, 1 << bits, (columns, blocks)).astype(np.float32)
        groups = None
        # ONNX Runtime is not of one mind about blocks in another order: right with 4 bits and no packed zero points.
        if bits == 4 and zeros != "packed" and chance(rng, 0.4):
            groups = rng.permutation(np.arange(blocks * block) // block).astype(np.int32)[:depth]
        inputs = [
            floats(rng, (*rows, depth)), rng.integers(0, 256, (columns, blocks, block * bits // 8)).astype(np.uint8),
            scales, zero, groups, floats(rng, (columns,)) if chance(rng, 0.4) else None,
        ]
        attributes = {"K": depth, "N": columns, "bits": bits, "block_size": block}
        constants = (1, 2, 3, 4, 5) if chance(rng, 0.7) else ()
        model, fed = contrib_model("MatMulNBits", inputs, attributes, constants=constants)
        name = f"MatMulNBits {number} {rows} {attributes} zeros {zeros} groups {groups is not None} {constants}"
        yield name, model, fed, {"rtol": 1e-4, "atol": 2e-4}
