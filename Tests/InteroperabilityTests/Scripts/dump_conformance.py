"""Writes the backend tests of the installed `onnx` package as files that need no Python to read.

    python dump_conformance.py FOLDER

The files are described in case_writer.py. The nine cases of kind "real" are left out: whole networks with constant
weights, which tell little of an operator.
"""
import os
import sys
import warnings

import onnx
from onnx import numpy_helper
from onnx.backend.test.case.node import collect_testcases
from onnx.backend.test.loader import load_model_tests

from case_writer import CaseWriter, type_name


def value(data, name):
    """A stored value: a tensor, a list of tensors, or None for an optional value that is not there."""
    if name.startswith("sequence"):
        return numpy_helper.to_list(onnx.SequenceProto.FromString(data))
    if name.startswith("optional"):
        return numpy_helper.to_optional(onnx.OptionalProto.FromString(data))
    return onnx.TensorProto.FromString(data)


def read_sets(folder, model):
    """The data sets of a stored case."""
    sets = []
    while os.path.isdir(path := os.path.join(folder, f"test_data_set_{len(sets)}")):
        data = []
        for kind, ports in (("input", model.graph.input), ("output", model.graph.output)):
            tensors = []
            for position, port in enumerate(ports):
                file = os.path.join(path, f"{kind}_{position}.pb")
                if not os.path.isfile(file):
                    break
                with open(file, "rb") as stream:
                    tensors.append(value(stream.read(), type_name(port.type)))
            data.append(tensors)
        sets.append(data)
    return sets


warnings.simplefilter("ignore")
cases = collect_testcases(None)
for kind in ("simple", "pytorch-converted", "pytorch-operator"):
    cases += load_model_tests(kind=kind)
with CaseWriter(sys.argv[1]) as writer:
    for case in cases:
        if case.model is not None:
            model, sets = case.model, case.data_sets
        else:
            model = onnx.load(os.path.join(case.model_dir, "model.onnx"))
            sets = read_sets(case.model_dir, model)
        writer.write(case.name, model, sets, case.rtol, case.atol)
