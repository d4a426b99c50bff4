"""FusedConv of com.microsoft: every activation with its numbers, with and without a tensor that is added."""
from contrib_model import FLOATS, contrib_model
from node_model import chance, floats, pick

ACTIVATIONS = {"Relu": 0, "Tanh": 0, "Sigmoid": 0, "LeakyRelu": 1, "Clip": 2, "HardSigmoid": 2}


def window(rng, axes):
    """A kernel, spatial extents, attributes, and the output's extents."""
    kernel = [int(k) for k in rng.integers(1, 4, axes)]
    spatial = [int(s) for s in rng.integers(5, 9, axes)]
    strides = [int(s) for s in rng.integers(1, 3, axes)]
    dilations = [int(d) for d in rng.integers(1, 3, axes)]
    pads = [int(rng.integers(0, 3)) for _ in range(2 * axes)]
    output = [
        (s + pads[a] + pads[axes + a] - (kernel[a] - 1) * dilations[a] - 1) // strides[a] + 1
        for a, s in enumerate(spatial)
    ]
    attributes = {"kernel_shape": kernel, "strides": strides, "dilations": dilations, "pads": pads}
    return kernel, spatial, attributes, output


def cases(rng, count):
    for number in range(count):
        axes = int(rng.integers(1, 3))
        kernel, spatial, attributes, output = window(rng, axes)
        group, batch = int(pick(rng, [1, 1, 2])), int(rng.integers(1, 3))
        channels, filters = group * int(rng.integers(1, 4)), group * int(rng.integers(1, 4))
        attributes["group"] = group
        if chance(rng, 0.9):
            name = pick(rng, list(ACTIVATIONS))
            attributes["activation"] = name
            if name == "Clip":
                attributes["activation_params"] = sorted(float(v) for v in rng.uniform(-2, 2, 2))
            elif ACTIVATIONS[name]:
                attributes["activation_params"] = [float(v) for v in rng.uniform(0.05, 0.6, ACTIVATIONS[name])]
        inputs = [
            floats(rng, (batch, channels, *spatial)), floats(rng, (filters, channels // group, *kernel), 0.5),
            floats(rng, (filters,)) if chance(rng, 0.7) else None,
            floats(rng, (batch, filters, *output)) if chance(rng, 0.4) else None,
        ]
        model, fed = contrib_model("FusedConv", inputs, attributes, constants=(1, 2) if chance(rng) else ())
        yield f"FusedConv {number} {inputs[0].shape} {attributes} Z {inputs[3] is not None}", model, fed, FLOATS
