"""ConvInteger, MatMulInteger, QLinearConv, QLinearMatMul and DynamicQuantizeLinear."""
import numpy as np

from node_model import chance, extents, floats, node_model, pick

BYTES = {np.uint8: (0, 256), np.int8: (-128, 128)}


def cases(rng, count):
    makers = [conv_integer, matmul_integer, qlinear_conv, qlinear_matmul, dynamic]
    for number in range(count):
        operator, inputs, attributes, outputs, constants = pick(rng, makers)(rng)
        model, fed = node_model(operator, inputs, attributes, outputs, constants)
        types = [str(x.dtype) for x in inputs if x is not None]
        yield f"{operator} {number} {types} {inputs[0].shape} {attributes}", model, fed, {
            # Fused operators are read as DequantizeLinear, operator, QuantizeLinear: a tie may round the other way.
            "rtol": 0, "atol": 1 if operator.startswith("QLinear") else 0}


def codes(rng, element, shape):
    return np.asarray(rng.integers(*BYTES[element], shape)).astype(element)


def scale(rng, shape=()):
    return np.asarray(rng.choice([0.5, 0.021, 0.0037, 0.11], shape)).astype(np.float32)


def convolution(rng):
    group, per_group, filters = pick(rng, [1, 1, 2]), int(rng.integers(1, 4)), int(rng.integers(1, 4))
    kernel = extents(rng, 2, 1, 3)
    attributes = {
        "group": group, "strides": extents(rng, 2, 1, 2), "dilations": extents(rng, 2, 1, 2), "kernel_shape": kernel,
        "pads": extents(rng, 4, 0, 2),
    }
    spatial = [(k - 1) * d + 1 + int(rng.integers(0, 4)) for k, d in zip(kernel, attributes["dilations"])]
    return attributes, (int(rng.integers(1, 3)), group * per_group, *spatial), (group * filters, per_group, *kernel)


def conv_integer(rng):
    attributes, x, w = convolution(rng)
    zero = [codes(rng, np.uint8, ()) if chance(rng, 0.7) else None]
    if zero[0] is not None and chance(rng):
        zero.append(codes(rng, np.uint8, ()))
    if zero[0] is None:
        zero = []
    inputs = [codes(rng, np.uint8, x), codes(rng, np.uint8, w)] + zero
    return "ConvInteger", inputs, attributes, 1, (1,) if chance(rng) else ()


def matrices(rng):
    m, k, n = extents(rng, 3, 1, 8)
    batch = extents(rng, int(rng.integers(0, 3)), 1, 3)
    return (*batch, m, k), (*(batch if chance(rng) else ()), k, n)


def matmul_integer(rng):
    a, b = matrices(rng)
    left, right = pick(rng, list(BYTES)), pick(rng, list(BYTES))
    inputs = [codes(rng, left, a), codes(rng, right, b)]
    if chance(rng, 0.8):
        inputs.append(codes(rng, left, ()))
        if chance(rng, 0.8):
            inputs.append(codes(rng, right, (b[-1],) if len(b) == 2 and chance(rng) else ()))
    return "MatMulInteger", inputs, {}, 1, (1,) if chance(rng) else ()


def qlinear_conv(rng):
    attributes, x, w = convolution(rng)
    activation, weight = pick(rng, [(np.uint8, np.uint8), (np.uint8, np.int8), (np.int8, np.int8)])
    per_channel = chance(rng) and weight == np.int8
    zero = np.zeros(w[0], weight) if per_channel else codes(rng, weight, ())
    inputs = [
        codes(rng, activation, x), scale(rng), codes(rng, activation, ()), codes(rng, weight, w),
        scale(rng, (w[0],)) if per_channel else scale(rng), zero, scale(rng) * 20, codes(rng, activation, ()),
    ]
    if chance(rng):
        inputs.append(rng.integers(-5000, 5000, w[0]).astype(np.int32))
    return "QLinearConv", inputs, attributes, 1, tuple(range(1, len(inputs)))


def qlinear_matmul(rng):
    a, b = matrices(rng)
    left, right = pick(rng, [(np.uint8, np.uint8), (np.uint8, np.int8), (np.int8, np.int8)])
    inputs = [
        codes(rng, left, a), scale(rng), codes(rng, left, ()), codes(rng, right, b), scale(rng), codes(rng, right, ()),
        scale(rng) * 20, codes(rng, left, ()),
    ]
    return "QLinearMatMul", inputs, {}, 1, tuple(range(1, len(inputs))) if chance(rng) else ()


def dynamic(rng):
    x = floats(rng, extents(rng, int(rng.integers(1, 4)), 1, 6), pick(rng, [0.1, 1.0, 100.0]))
    return "DynamicQuantizeLinear", [x + np.float32(pick(rng, [0, 0, 3, -3]))], {}, 3, ()
