"""SkipSimplifiedLayerNormalization of com.microsoft: as SkipLayerNormalization, without beta."""
from families import ms_skiplayernormalization


def cases(rng, count):
    return ms_skiplayernormalization.cases(rng, count, "SkipSimplifiedLayerNormalization", has_beta=False)
