"""One way to run a model in either engine: batches of named arrays in, named arrays out."""
import itertools
import pathlib
import subprocess
import tempfile

import numpy as np
import onnxruntime

from real_model import Arrays, RealModel


class Bitdepth:
    """Our engine, by the command: a process for each batch."""

    def __init__(self, command: pathlib.Path, file: pathlib.Path) -> None:
        self.command, self.file = command, file
        self.folder = tempfile.TemporaryDirectory(prefix="bitdepth-real-models-")

    def run(self, inputs: Arrays) -> Arrays:
        source, target = pathlib.Path(self.folder.name, "in.npz"), pathlib.Path(self.folder.name, "out.npz")
        np.savez(source, **inputs)
        command = [self.command, "run", self.file, "--input", source, "--preprocess", "none", "-o", target, "-f", "-q"]
        result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if result.returncode != 0:
            raise RuntimeError(result.stdout.strip())
        with np.load(target) as arrays:
            return dict(arrays)

    def run_all(self, parts: list[Arrays], together: int) -> list[Arrays]:
        """So many batches of equal shapes go into one process, which runs them one by one: large models take long to load."""
        results: list[Arrays] = []
        while len(results) < len(parts):
            first = parts[len(results)]
            next_ones = parts[len(results):len(results) + together]
            group = list(itertools.takewhile(lambda part: shapes(part) == shapes(first), next_ones))
            outputs = self.run({name: np.concatenate([part[name] for part in group]) for name in first})
            split = {name: np.split(array, len(group)) for name, array in outputs.items()}
            results += [{name: pieces[k] for name, pieces in split.items()} for k in range(len(group))]
        return results


class ONNXRuntime:
    """ONNX Runtime on one thread; with graph optimization off every node runs as its specification says."""

    def __init__(self, file: pathlib.Path, optimized: bool = False) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        if not optimized:
            options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        self.session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
        self.outputs = [output.name for output in self.session.get_outputs()]

    def run(self, inputs: Arrays) -> Arrays:
        return dict(zip(self.outputs, self.session.run(self.outputs, inputs)))

    def run_all(self, parts: list[Arrays], together: int) -> list[Arrays]:
        return [self.run(part) for part in parts]


def shapes(arrays: Arrays) -> list[tuple]:
    return [arrays[name].shape for name in sorted(arrays)]


def batches(samples: list[Arrays], size: int) -> list[Arrays]:
    """Samples of equal shapes, put together along the first axis."""
    groups: dict[tuple, list[list[Arrays]]] = {}
    for sample in samples:
        alike = groups.setdefault(tuple(shapes(sample)), [[]])
        if len(alike[-1]) == size:
            alike.append([])
        alike[-1].append(sample)
    return [
        {name: np.concatenate([sample[name] for sample in group]) for name in group[0]}
        for alike in groups.values() for group in alike]


def answers(model: RealModel, engine: Bitdepth | ONNXRuntime, samples: list) -> list[Arrays]:
    """The outputs for each batch; for a model with feedback those of each step, its own state fed along."""
    if not model.feedback:
        return engine.run_all(batches(samples, model.batch), model.together)
    results = []
    for sequence in samples:
        state: Arrays = {}
        for step in sequence:
            results.append(engine.run({**step, **state}))
            state = {name: results[-1][output] for name, output in model.feedback.items()}
    return results


def complete_samples(model: RealModel, samples: list) -> list[Arrays]:
    """Samples with every input given: states are those of the float model in ONNX Runtime."""
    if not model.feedback:
        return samples
    engine, result = ONNXRuntime(model.file()), []
    for sequence in samples:
        state: Arrays = {}
        for step in sequence:
            result.append({**step, **state})
            outputs = engine.run(result[-1])
            state = {name: outputs[output] for name, output in model.feedback.items()}
    return result
