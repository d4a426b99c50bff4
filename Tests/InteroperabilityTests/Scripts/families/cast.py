"""Cast between numbers of every type within the range of the target."""
import numpy as np
from onnx import TensorProto, helper

from node_model import extents, node_model, pick

TYPES = [
    np.float32, np.float16, np.float64, np.int8, np.uint8, np.int16, np.uint16, np.int32, np.uint32, np.int64,
    np.uint64, np.bool_,
]


def cases(rng, count):
    for number in range(count):
        source, target = pick(rng, TYPES), pick(rng, TYPES + ["bfloat16"])
        shape = extents(rng, int(rng.integers(0, 4)), 1, 5)
        # Numbers that every type can hold once they are cut: what lies outside is undefined or wraps by type.
        signed = target in ("bfloat16", np.bool_) or np.issubdtype(target, np.floating) or np.iinfo(target).min < 0
        low = -120 if signed and source not in (np.uint8, np.uint16, np.uint32, np.uint64, np.bool_) else 0
        values = rng.uniform(low, 120, shape)
        if np.issubdtype(source, np.floating) and (target == "bfloat16" or np.issubdtype(target, np.floating)):
            spice = rng.choice([np.nan, np.inf, -np.inf, 1e-30, 7e4, 1e30, -0.0], shape)
            values = np.where(rng.random(shape) < 0.3, spice, values)
        elif np.issubdtype(source, np.integer) and target not in ("bfloat16", np.bool_) \
                and np.issubdtype(target, np.integer):
            wide = np.iinfo(source)
            values = rng.integers(wide.min, wide.max, shape, dtype=source, endpoint=True)
        data = np.asarray(values).astype(source)
        to = TensorProto.BFLOAT16 if target == "bfloat16" else helper.np_dtype_to_tensor_dtype(np.dtype(target))
        model, fed = node_model("Cast", [data], {"to": to})
        if target == "bfloat16":  # ONNX Runtime gives Python no bfloat16.
            model.graph.node[0].output[0] = "narrow"
            model.graph.node.append(helper.make_node("Cast", ["narrow"], ["y0"], to=TensorProto.FLOAT))
        name = target if isinstance(target, str) else np.dtype(target)
        yield f"Cast {number} {data.dtype} to {name} {shape}", model, fed, {
            # Compiled programs hold 16-bit floats in FP32, without rounding to 8 bits midway.
            "rtol": 2 ** -8 if target == "bfloat16" else 0, "atol": 0}
