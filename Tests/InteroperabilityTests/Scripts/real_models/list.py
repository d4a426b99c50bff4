"""Prints the names of all real models, one a line."""
from catalogue import all_models

print("\n".join(model.name for model in all_models()))
