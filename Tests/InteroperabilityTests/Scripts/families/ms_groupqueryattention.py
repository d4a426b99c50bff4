"""GroupQueryAttention of com.microsoft: first and later calls, packed operands, rotation, window, soft cap, sinks, bias."""
import numpy as np

from contrib_model import FLOATS, contrib_model
from node_model import chance, floats, pick


def cases(rng, count):
    for number in range(count):
        shared = int(rng.integers(1, 3))
        heads, size = shared * int(rng.integers(1, 4)), int(pick(rng, [16, 32]))
        first = chance(rng, 0.4)
        batch = int(rng.integers(1, 4))
        # Later calls take one token, or several of one batch.
        length = int(rng.integers(1, 6)) if first or batch == 1 else 1
        past = 0 if first else int(rng.integers(1, 6))
        counts = np.full(batch, past + length)
        if not first and batch > 1 and chance(rng):
            counts = rng.integers(length, past + length + 1, batch)
            counts[0] = past + length
        attributes = {"num_heads": heads, "kv_num_heads": shared}
        if chance(rng, 0.3):
            attributes["scale"] = float(rng.uniform(0.1, 1))
        if chance(rng, 0.3):
            attributes["softcap"] = float(rng.uniform(0.5, 5))
        if chance(rng, 0.2):
            attributes["causal"] = 0
        elif chance(rng, 0.3):
            attributes["local_window_size"] = int(rng.integers(1, 5))
        if chance(rng, 0.2):
            attributes["smooth_softmax"] = 1
        packed = chance(rng, 0.4)
        width = heads + 2 * shared if packed else heads
        inputs = [floats(rng, (batch, length, width * size))]
        inputs += [None, None] if packed else [floats(rng, (batch, length, shared * size)) for _ in range(2)]
        inputs += [floats(rng, (batch, shared, past, size)) for _ in range(2)] if past else [None, None]
        inputs += [(counts - 1).astype(np.int32), np.array(past + length, np.int32)]
        inputs += [None] * 5
        if chance(rng):
            attributes |= {"do_rotary": 1, "rotary_interleaved": int(chance(rng))}
            turned = int(pick(rng, [size, size // 2])) if size == 32 else size
            angles = rng.uniform(0, 6, (past + length + 3, turned // 2))
            inputs[7:9] = np.cos(angles).astype(np.float32), np.sin(angles).astype(np.float32)
            if chance(rng, 0.3):
                start = rng.integers(0, past + 4, (batch, 1))
                inputs[9] = (start + np.arange(length)).astype(np.int64)
        if chance(rng, 0.3):
            inputs[10] = floats(rng, (pick(rng, [1, batch]), pick(rng, [1, heads]), length, past + length))
        if "smooth_softmax" not in attributes and chance(rng, 0.2):
            inputs[11] = floats(rng, (heads,))
        if past and chance(rng, 0.2):
            inputs += [None] * 4 + [np.full(batch, length, np.int32)]
        scores = int(pick(rng, [0, 0, 1, 2]))
        if scores:
            attributes["qk_output"] = scores
        model, fed = contrib_model(
            "GroupQueryAttention", inputs, attributes, 3 + (scores > 0), constants=(6, 7, 8))
        name = f"GroupQueryAttention {number} {batch} {length} past {past} {counts.tolist()} packed {packed} bias {inputs[10] is not None} sink {inputs[11] is not None} positions {inputs[9] is not None} valid {len(inputs) > 12} {attributes}"
        yield name, model, fed, FLOATS
