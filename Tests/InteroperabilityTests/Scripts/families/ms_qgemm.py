"""QGemm of com.microsoft: transposed operands, scales of columns, with and without C, codes and floats out."""
import numpy as np

from contrib_model import (
    FLOATS, ONE_CODE, code_type, codes, constant_or_fed, contrib_model, scale, weight_codes, weight_type, weight_zero_point,
    zero_point)
from node_model import chance, extents, pick


def cases(rng, count):
    for number in range(count):
        dtype = code_type(rng)
        kind = weight_type(rng, dtype)
        rows, depth, columns = extents(rng, 3, 1, 8)
        attributes = {"transA": int(chance(rng)), "transB": int(chance(rng)), "alpha": float(pick(rng, [1.0, 0.5, 1.7]))}
        a = codes(rng, dtype, (depth, rows) if attributes["transA"] else (rows, depth))
        b = weight_codes(rng, kind, (columns, depth) if attributes["transB"] else (depth, columns))
        per_column = (columns,) if chance(rng, 0.4) else ()
        b_zero = weight_zero_point(rng, kind, per_column)
        inputs = [a, scale(rng), zero_point(rng, dtype), b, scale(rng, shape=per_column), b_zero]
        shape = pick(rng, [None, (columns,), (rows, columns), (1, columns), (rows, 1), ()])
        inputs.append(None if shape is None else rng.integers(-5000, 5000, shape).astype(np.int32))
        quantized = chance(rng, 0.7)
        inputs += [scale(rng, 0.1, 0.5), zero_point(rng, dtype)] if quantized else []
        model, fed = contrib_model(
            "QGemm", inputs, attributes, constants=constant_or_fed(rng, [p for p in (1, 2, 3, 4, 5, 6, 7, 8) if p < len(inputs)]))
        name = f"QGemm {number} {dtype.__name__} {kind.__name__} {attributes} {per_column} {shape} {quantized}"
        yield name, model, fed, ONE_CODE if quantized else FLOATS
