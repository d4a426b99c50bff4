"""All real models that the tests know."""
import file_types
import light
import music
import ocr
import speech
import torch_exports
from real_model import RealModel

FAMILIES = [music, ocr, file_types, speech, light, torch_exports]


def all_models() -> list[RealModel]:
    return [model for family in FAMILIES for model in family.models()]


def find(name: str) -> RealModel:
    found = [model for model in all_models() if model.name == name]
    if not found:
        raise KeyError(f"no real model {name}: there are {', '.join(m.name for m in all_models())}")
    return found[0]
