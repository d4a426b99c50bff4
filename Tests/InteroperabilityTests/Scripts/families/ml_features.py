"""What prepares features: Scaler, Normalizer, Imputer, Binarizer, LabelEncoder, OneHotEncoder and their kin."""
import numpy as np
from onnx import numpy_helper

from node_model import chance, floats, node_model, pick

NUMBERS = [np.float32, np.float64, np.int32, np.int64]


def cases(rng, count):
    makers = [scaler, normalizer, imputer, binarizer, label_encoder, label_encoder_4, one_hot, extractor, vectorizer]
    for number in range(count):
        operator, inputs, attributes, opset = pick(rng, makers)(rng)
        model, fed = node_model(operator, inputs, attributes, domain="ai.onnx.ml", opset=opset)
        yield f"{operator} {number} {[x.shape for x in inputs]} {inputs[0].dtype}", model, fed, {
            "rtol": 1e-5, "atol": 1e-6}


def samples(rng, elements=NUMBERS, low=-4, high=5):
    shape = (int(rng.integers(1, 5)), int(rng.integers(1, 6)))
    return rng.integers(low, high, shape).astype(pick(rng, elements))


def scaler(rng):
    x = samples(rng)
    width = pick(rng, [1, x.shape[1]])
    return "Scaler", [x], {"offset": floats(rng, width).tolist(), "scale": floats(rng, width).tolist()}, 1


def normalizer(rng):
    return "Normalizer", [samples(rng)], {"norm": pick(rng, ["MAX", "L1", "L2"])}, 1


def imputer(rng):
    x = samples(rng, [np.float32, np.int64])
    width = pick(rng, [1, x.shape[1]])
    if x.dtype == np.int64:
        return "Imputer", [x], {
            "replaced_value_int64": 2, "imputed_value_int64s": rng.integers(50, 90, width).tolist()}, 1
    missing = pick(rng, [float("nan"), 2.0])
    x = np.where(rng.random(x.shape) < 0.3, np.float32(missing), x)
    return "Imputer", [x], {"replaced_value_float": missing, "imputed_value_floats": floats(rng, width).tolist()}, 1


def binarizer(rng):
    return "Binarizer", [samples(rng, [np.float32])], {"threshold": float(rng.integers(-2, 3))}, 1


def label_encoder(rng):
    keys = [int(key) for key in rng.permutation(9)[:5] - 4]
    attributes, element = pick(rng, [
        ({"keys_int64s": keys}, np.int64), ({"keys_floats": [float(key) for key in keys]}, np.float32)])
    attributes |= pick(rng, [
        {"values_floats": floats(rng, 5).tolist(), "default_float": 0.5},
        {"values_floats": floats(rng, 5).tolist()},
        {"values_int64s": rng.integers(0, 99, 5).tolist(), "default_int64": -7},
    ])
    return "LabelEncoder", [samples(rng, [element])], attributes, 2


def label_encoder_4(rng):
    element = pick(rng, [np.float64, np.int64])
    keys = (rng.permutation(9)[:5] - 4).astype(element)
    x = samples(rng, [element])
    if element == np.float64:
        keys[0] = np.nan
        x = np.where(rng.random(x.shape) < 0.3, np.nan, x)
    values = floats(rng, 5).astype(np.float64) if element == np.float64 else rng.integers(0, 99, 5)
    attributes = {
        "keys_tensor": numpy_helper.from_array(keys, "keys"),
        "values_tensor": numpy_helper.from_array(values.astype(element), "values"),
        "default_tensor": numpy_helper.from_array(np.array([77], element), "default"),
    }
    return "LabelEncoder", [x], attributes, 4


def one_hot(rng):
    return "OneHotEncoder", [samples(rng, [np.float32, np.float64, np.int64])], {"cats_int64s": [int(c) for c in rng.permutation(9)[:5] - 4]}, 1


def extractor(rng):
    x = samples(rng)
    columns = rng.integers(0, x.shape[1], int(rng.integers(1, 5)))
    return "ArrayFeatureExtractor", [x, columns[None] if chance(rng) else columns], {}, 1


def vectorizer(rng):
    parts = [samples(rng) for _ in range(int(rng.integers(1, 4)))]
    parts = [part[:1].astype(parts[0].dtype) for part in parts]
    return "FeatureVectorizer", parts, {"inputdimensions": [part.shape[1] for part in parts]}, 1
