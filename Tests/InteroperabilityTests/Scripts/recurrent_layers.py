"""Random layers of RNN, GRU and LSTM, which differ in little but the number of gates."""
import numpy as np

from node_model import chance, floats, node_model, pick

# How many parameters a function takes. Three have no defaults in ONNX Runtime, which sets their parameters to 0 (the
# specification takes those of the operators, ThresholdedRelu's is 1), so they are always given theirs.
PARAMETERS = {
    "Relu": 0, "Tanh": 0, "Sigmoid": 0, "Softsign": 0, "Softplus": 0, "LeakyRelu": 1, "ThresholdedRelu": 1, "Elu": 1,
    "Affine": 2, "ScaledTanh": 2, "HardSigmoid": 2,
}
WITHOUT_DEFAULTS = {"Affine", "ScaledTanh", "ThresholdedRelu"}


def activations(rng, count):
    """Attributes that name functions, with parameters for those that take them."""
    names = [pick(rng, list(PARAMETERS)) for _ in range(count)]
    attributes = {"activations": names}
    if chance(rng, 0.6) or WITHOUT_DEFAULTS & set(names):
        alphas = [float(rng.uniform(0.1, 1)) for name in names if PARAMETERS[name] >= 1]
        betas = [float(rng.uniform(0.1, 1)) for name in names if PARAMETERS[name] == 2]
        attributes |= {"activation_alpha": alphas} if alphas else {}
        attributes |= {"activation_beta": betas} if betas else {}
    return attributes


def layer(rng, operator, gates, functions, states, more_attributes=None, peepholes=False):
    """A case of one layer: its model, inputs and tolerances."""
    steps, batch, size, hidden = (int(rng.integers(1, high)) for high in (7, 4, 5, 6))
    direction = pick(rng, ["forward", "reverse", "bidirectional"])
    directions = 2 if direction == "bidirectional" else 1
    x = floats(rng, (steps, batch, size))
    inputs = [x, floats(rng, (directions, gates * hidden, size), 0.3),
              floats(rng, (directions, gates * hidden, hidden), 0.3)]
    inputs.append(floats(rng, (directions, 2 * gates * hidden)) if chance(rng, 0.7) else None)
    inputs.append(rng.integers(0, steps + 1, batch).astype(np.int32) if chance(rng, 0.5) else None)
    for _ in range(states):
        inputs.append(floats(rng, (directions, batch, hidden)) if chance(rng) else None)
    if peepholes:
        inputs.append(floats(rng, (directions, 3 * hidden)) if chance(rng) else None)
    attributes = {"hidden_size": hidden, "direction": direction} | (more_attributes or {})
    if chance(rng):
        attributes |= activations(rng, functions * directions)
    # Unbounded functions let states grow until they overflow, which says little.
    if chance(rng, 0.3) or "activations" in attributes:
        attributes["clip"] = float(rng.uniform(0.2, 2))
    model, fed = node_model(
        operator, inputs, attributes, outputs=states + 1, constants=(1, 2, 3) if chance(rng) else (),
        opset=pick(rng, [7, 14, 22]))
    leave_out_outputs(rng, model)
    return f"{operator} {attributes}", model, fed, {"rtol": 1e-3, "atol": 1e-5}


def leave_out_outputs(rng, model):
    """Takes away any of the outputs but one."""
    outputs = model.graph.node[0].output
    kept = pick(rng, range(len(outputs)))
    for position, name in enumerate(list(outputs)):
        if position != kept and chance(rng, 0.3):
            outputs[position] = ""
            del model.graph.output[[value.name for value in model.graph.output].index(name)]
