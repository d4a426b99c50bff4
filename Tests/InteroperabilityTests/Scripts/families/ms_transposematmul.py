"""TransposeMatMul of com.microsoft: FusedMatMul without exchanges of batch axes."""
from families import ms_fusedmatmul


def cases(rng, count):
    return ms_fusedmatmul.cases(rng, count, "TransposeMatMul", with_batches=False)
