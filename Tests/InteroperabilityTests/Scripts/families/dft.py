"""DFT in versions 17 and 20, and STFT: lengths of all kinds, axes, one-sided and inverse transforms, windows."""
import numpy as np

from node_model import chance, extents, floats, node_model, pick


def dft(rng):
    opset = pick(rng, [17, 20])
    inverse, onesided = int(rng.integers(0, 2)), int(rng.integers(0, 2))
    if inverse:
        onesided = 0
    shape = [*extents(rng, int(rng.integers(1, 3)), 1, 3), int(pick(rng, [1, 2, 5, 8, 12, 31, 64, 97, 120]))]
    axis = int(rng.integers(0, len(shape)))
    shape[axis], shape[-1] = shape[-1], shape[axis]
    parts = 1 if onesided or chance(rng, 0.3) and not inverse else 2
    inputs = [floats(rng, (*shape, parts))]
    length = shape[axis]
    if chance(rng, 0.4):
        length = int(rng.integers(1, 2 * length + 2))
        inputs.append(np.array(length, np.int64))
    attributes = {"inverse": inverse, "onesided": onesided}
    if opset == 17:
        attributes["axis"] = axis
    else:
        inputs += [None] * (2 - len(inputs)) + [np.array(pick(rng, [axis, axis - len(shape) - 1]), np.int64)]
    constants = [p for p in range(1, len(inputs)) if inputs[p] is not None]
    name = f"DFT {opset} {shape} {parts} length {length} axis {axis} {attributes}"
    return name, *node_model("DFT", inputs, attributes, constants=constants, opset=opset), length


def stft(rng):
    length = int(rng.integers(1, 40))
    onesided = int(rng.integers(0, 2))
    signal = floats(rng, (int(rng.integers(1, 3)), length + int(rng.integers(0, 60)), 1))
    inputs = [signal, np.array(rng.integers(1, 20), np.int64), floats(rng, length)]
    if chance(rng):
        inputs.append(np.array(length, np.int64))
        if chance(rng):
            inputs[2] = None
    constants = [p for p in (1, 3) if p < len(inputs)]
    name = f"STFT {signal.shape} frames of {length} onesided {onesided}"
    return name, *node_model("STFT", inputs, {"onesided": onesided}, constants=constants, opset=17), length


def cases(rng, count):
    for number in range(count):
        name, model, fed, length = dft(rng) if chance(rng, 0.7) else stft(rng)
        # The sum of as many FP32 numbers, each rounded.
        yield f"{number} {name}", model, fed, {"rtol": 1e-4, "atol": 1e-5 * (1 + length)}
