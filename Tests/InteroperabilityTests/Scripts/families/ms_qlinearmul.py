"""QLinearMul of com.microsoft: as QLinearAdd."""
from families import ms_qlinearadd


def cases(rng, count):
    return ms_qlinearadd.cases(rng, count, "QLinearMul", (0.05, 0.3))
