"""Answers of the package ml_dtypes for the floats of at most 8 bits.

    python narrow_floats.py FOLDER

values.npy holds FP32 numbers: both signs of all exponents that matter, every upper half of the mantissa with a lower
half of 0, its first and its last number, so that ties and their neighbours are among them. For every type,
TYPE.patterns.npy are the bit patterns that they are cast to, and TYPE.floats.npy the numbers of all patterns.
"""
import os
import sys

import ml_dtypes
import numpy as np

TYPES = {
    "float8e4m3fn": ml_dtypes.float8_e4m3fn, "float8e4m3fnuz": ml_dtypes.float8_e4m3fnuz,
    "float8e5m2": ml_dtypes.float8_e5m2, "float8e5m2fnuz": ml_dtypes.float8_e5m2fnuz,
    "float8e8m0": ml_dtypes.float8_e8m0fnu, "float6e2m3": ml_dtypes.float6_e2m3fn,
    "float6e3m2": ml_dtypes.float6_e3m2fn, "float4e2m1": ml_dtypes.float4_e2m1fn,
}

np.seterr(all="ignore")
exponents = np.arange(127 - 24, 127 + 20, dtype=np.uint32) << 23
halves = np.arange(128, dtype=np.uint32) << 16
bits = exponents[:, None, None] | halves[None, :, None] | np.array([0, 1, 0xFFFF], np.uint32)
bits = np.concatenate([bits.ravel(), np.array([0, 0x7F800000, 0x7F7FFFFF, 1], np.uint32)])
values = np.concatenate([bits, bits | np.uint32(0x80000000)]).view(np.float32)
np.save(os.path.join(sys.argv[1], "values.npy"), values)
for name, dtype in TYPES.items():
    patterns = np.arange(1 << ml_dtypes.finfo(dtype).bits, dtype=np.uint8)
    np.save(os.path.join(sys.argv[1], f"{name}.patterns.npy"), values.astype(dtype).view(np.uint8))
    np.save(os.path.join(sys.argv[1], f"{name}.floats.npy"), patterns.view(dtype).astype(np.float32))
