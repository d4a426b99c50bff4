"""Quantizes real models with the default command and compares both engines; prints a Markdown table.

    .venv-models/bin/python scripts/real-models.py --bitdepth build/bitdepth [--results FILE.json] [--table FILE.md] [MODEL…]

For each model of Tests/InteroperabilityTests/Scripts/real_models: the float outputs against ONNX Runtime's; `bitdepth
quantize` on calibration samples; the INT8 file in our engine and in ONNX Runtime (graph optimization off); the decisions on
samples that calibration did not see; what stayed float; times on one thread. The exit status is 1 if a goal is missed. Without
--bitdepth only --list works. Intermediate files lie in build/real-models (BITDEPTH_REAL_MODELS_CACHE).
"""
import argparse
import collections
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "Tests/InteroperabilityTests/Scripts/real_models"))
import onnxruntime  # noqa: E402
from catalogue import all_models, find  # noqa: E402
from engines import Bitdepth, ONNXRuntime, answers, complete_samples  # noqa: E402
from inputs import check_disjoint, samples, write  # noqa: E402
from measures import agreement, relative_error, sqnr  # noqa: E402
from real_model import CALIBRATION, EVALUATION, RealModel  # noqa: E402

CACHE = pathlib.Path(os.environ.get("BITDEPTH_REAL_MODELS_CACHE", ROOT / "build/real-models"))
# Samples (sequences, of models with feedback) on which the engines' raw outputs are compared.
COMPARED_SAMPLES = 16
COMPARED_SEQUENCES = 2
SECONDS_PER_TIMING = 0.5

# Result, whether it must be at least or at most the number, the number.
GOALS = [
    ("float_error", "at most", 1e-3),
    ("engines_sqnr_db", "at least", 35.0),
    ("integer_share", "at least", 0.95),
    ("decisions_equal", "at least", 0.99),
    ("int8_speedup", "at least", 1.0),
    ("float_against_onnxruntime", "at most", 3.0),
]


def run_command(*command: object) -> subprocess.CompletedProcess:
    return subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def complaint(text: str) -> str:
    """The message of an error report (JSON), else the text as it is."""
    try:
        report = json.loads(text)
        place = {k: v for k, v in report["place"].items() if v is not None and k != "file"}
        return f"{report['code']} {report['message']} {place or ''}".strip()
    except (ValueError, KeyError, TypeError):
        return text.strip()


def float_outputs(model: RealModel, bitdepth: pathlib.Path, some: list) -> dict:
    """Against ONNX Runtime as users have it: with and without its optimization it differs from itself (basic-pitch)."""
    expected = answers(model, ONNXRuntime(model.file(), optimized=True), some)
    return {"float_error": relative_error(answers(model, Bitdepth(bitdepth, model.file()), some), expected)}


def quantization(model: RealModel, bitdepth: pathlib.Path, output: pathlib.Path, calibration: list) -> dict:
    """The default command; if its check finds a collapse, that is reported and the file is written all the same."""
    data = CACHE / "calibration" / model.name
    if not data.exists():
        write(calibration, data)
    command = [bitdepth, "quantize", model.file(), "--data", data, "-o", output, "-f", "--json", "-q"]
    start = time.perf_counter()
    result = run_command(*command)
    seconds = time.perf_counter() - start
    refused = {}
    if result.returncode == 1:
        refused = {"failures": [f"the default command refused: {complaint(result.stderr)}"]}
        result = run_command(*command, "--no-gate")
    if result.returncode != 0:
        raise RuntimeError(complaint(result.stderr))
    report = json.loads(result.stdout)
    work, latency = report["multiply_adds"], report["latency"]
    return {
        **refused,
        "quantize_seconds": seconds,
        "integer_share": work["integer"] / work["total"] if work["total"] else 0.0,
        "multiply_adds": work["total"],
        "bytes_ratio": report["file"]["ratio"],
        "stayed_float": stayed_float(report["nodes"]),
        "lost_most": [f"{layer['operator']} {layer['layer']}: {layer['sqnr_db']} dB" for layer in report["lost_most"][:3]],
        "float_ms": latency["float_ms"],
        "int8_ms": latency["quantized_ms"],
        "int8_speedup": latency["speedup"],
    }


def stayed_float(nodes: list[dict]) -> list[str]:
    """"N × operator: reason", the most frequent first."""
    counted = collections.Counter((n["operator"], n["detail"]) for n in nodes if n["outcome"] == "float")
    return [f"{count} × {operator}: {reason}" for (operator, reason), count in counted.most_common()]


def decisions(model: RealModel, bitdepth: pathlib.Path, quantized: pathlib.Path, evaluation: list) -> dict:
    """INT8 in our engine against the float model."""
    expected = answers(model, ONNXRuntime(model.file(), optimized=True), evaluation)
    found = agreement(model, answers(model, Bitdepth(bitdepth, quantized), evaluation), expected)
    return {"decisions": found.count, "decisions_equal": found.share, "decisions_overlap": found.overlap}


def engines(model: RealModel, bitdepth: pathlib.Path, quantized: pathlib.Path, some: list) -> dict:
    """The INT8 file in our engine against the same file in ONNX Runtime."""
    expected = answers(model, ONNXRuntime(quantized), some)
    return {"engines_sqnr_db": sqnr(answers(model, Bitdepth(bitdepth, quantized), some), expected)}


def peer_time(model: RealModel, sample: dict) -> dict:
    """ONNX Runtime's float time in ms: median, one thread, its default optimization."""
    engine, times = ONNXRuntime(model.file(), optimized=True), []
    for _ in range(5):
        engine.run(sample)
    end = time.perf_counter() + SECONDS_PER_TIMING
    while not times or time.perf_counter() < end:
        start = time.perf_counter()
        engine.run(sample)
        times.append(time.perf_counter() - start)
    return {"onnxruntime_float_ms": statistics.median(times) * 1e3}


def own_times(model: RealModel, bitdepth: pathlib.Path, quantized: pathlib.Path, sample: dict) -> dict:
    """Our times at the shapes of the sample that ONNX Runtime is timed with."""
    shapes = [f"--shape={name}:{'x'.join(map(str, array.shape))}" for name, array in sample.items() if array.ndim]
    values = [f"--input-value={name}={array.item()}" for name, array in sample.items() if not array.ndim]
    result = run_command(
        bitdepth, "bench", model.file(), quantized, *shapes, *values, "--threads", 1, "--min-time", f"{SECONDS_PER_TIMING}s", "--json")
    if result.returncode != 0:
        raise RuntimeError(f"bench: {complaint(result.stderr)}")
    first, second = json.loads(result.stdout)["results"]
    return {
        "float_ms": first["p50_ms"], "int8_ms": second["p50_ms"], "int8_speedup": first["p50_ms"] / second["p50_ms"]}


def measured(model: RealModel, bitdepth: pathlib.Path) -> dict:
    """Everything about one model; a step that fails is told in "failures", and the next ones are tried all the same."""
    result: dict = {"model": model.name, "origin": model.origin, "decision": model.decision, "failures": []}
    quantized = CACHE / f"{model.name}.int8.onnx"
    evaluation = samples(model, EVALUATION)
    some = evaluation[:COMPARED_SEQUENCES if model.feedback else COMPARED_SAMPLES]
    calibration = complete_samples(model, samples(model, CALIBRATION))
    check_disjoint(calibration, complete_samples(model, evaluation), model.name)
    steps = [
        lambda: peer_time(model, calibration[0]),
        lambda: float_outputs(model, bitdepth, some),
        lambda: quantization(model, bitdepth, quantized, calibration),
        lambda: own_times(model, bitdepth, quantized, calibration[0]),
        lambda: decisions(model, bitdepth, quantized, evaluation),
        lambda: engines(model, bitdepth, quantized, some),
    ]
    quantized.unlink(missing_ok=True)
    for step in steps:
        if step in steps[3:] and not quantized.exists():
            break
        try:
            update(result, step())
        except Exception as error:  # Whatever a model brings to light is a line of the report.
            update(result, {"failures": [f"{type(error).__name__}: {error}"]})
    if "float_ms" in result:
        result["float_against_onnxruntime"] = result["float_ms"] / result["onnxruntime_float_ms"]
    result["missed"] = missed(result)
    return result


def update(result: dict, step: dict) -> None:
    failures = result["failures"] + step.pop("failures", [])
    result.update(step)
    result["failures"] = failures


def missed(result: dict) -> list[str]:
    """The goals that a model misses; one that could not be measured is missed."""
    goals = []
    for name, bound, number in GOALS:
        value = result.get(name)
        if value is None or not (value >= number if bound == "at least" else value <= number):
            goals.append(f"{name} is {'not measured' if value is None else f'{value:.4g}'}, {bound} {number:g} is asked")
    return goals + ([f"{len(result['failures'])} steps failed"] if result["failures"] else [])


COLUMNS = [
    ("model", lambda r: r["model"]),
    ("float error", lambda r: f"{r['float_error']:.1e}"),
    ("integer MACs", lambda r: f"{r['integer_share']:.1%}"),
    ("SQNR of the engines", lambda r: f"{r['engines_sqnr_db']:.0f} dB"),
    ("decisions equal", lambda r: f"{r['decisions_equal']:.2%} of {r['decisions']}"),
    ("overlap", lambda r: "" if r["decisions_overlap"] is None else f"{r['decisions_overlap']:.1%}"),
    ("float ms", lambda r: f"{r['float_ms']:.2f}"),
    ("INT8 ms", lambda r: f"{r['int8_ms']:.2f}"),
    ("INT8 gain", lambda r: f"{r['int8_speedup']:.2f}×"),
    ("ORT float ms", lambda r: f"{r['onnxruntime_float_ms']:.2f}"),
    ("goals missed", lambda r: str(len(r["missed"])) if r["missed"] else "none"),
]


def cell(write_cell, result: dict) -> str:
    try:
        return write_cell(result)
    except (KeyError, TypeError):
        return "—"


def row(result: dict) -> str:
    return f"| {' | '.join(cell(write_cell, result) for _, write_cell in COLUMNS)} |"


HEAD = f"| {' | '.join(name for name, _ in COLUMNS)} |\n|---|{'--:|' * (len(COLUMNS) - 1)}"


def details(result: dict) -> str:
    """What the row has no room for."""
    lines = [f"### {result['model']}", "", f"{result['origin']}; decision: {result['decision']}.", ""]
    lines += [f"- missed: {goal}" for goal in result["missed"]]
    lines += [f"- failure: `{' '.join(failure.split())[:400]}`" for failure in result["failures"]]
    floats = result.get("stayed_float", [])
    lines += [f"- float: {line}" for line in floats[:12]]
    if len(floats) > 12:
        lines.append(f"- float: {len(floats) - 12} more reasons")
    return "\n".join(lines)


def document(results: list[dict], version: str) -> str:
    goals = "; ".join(f"{name} {bound} {number:g}" for name, bound, number in GOALS)
    return f"""# Real models

Made by `scripts/real-models.py`; do not edit. {version} · ONNX Runtime {onnxruntime.__version__} · {platform.machine()}, one thread.

**Float error**: the largest difference of our float outputs from ONNX Runtime's (default options) over the output's largest
magnitude.
**Integer MACs**: the part of the multiply-adds of Conv, Gemm and MatMul that runs in integer kernels.
**SQNR of the engines**: our INT8 outputs against those of the same file in ONNX Runtime, graph optimization off.
**Decisions equal**: INT8 against float on samples that calibration did not see; of yes-or-no maps every cell is a decision, and
**overlap** counts only the cells that one of the two says yes to. **INT8 gain**: our float time over our INT8 time;
times are medians of one run on a machine that may have had other work, so that only large ratios say something.
Goals: {goals}.

{HEAD}
{chr(10).join(row(result) for result in results)}

## What stayed float, and why

{(chr(10) * 2).join(details(result) for result in results)}
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bitdepth", type=pathlib.Path, help="the built command")
    parser.add_argument("--results", type=pathlib.Path, help="write all numbers there, as JSON")
    parser.add_argument("--table", type=pathlib.Path, help="write the document there (docs/real-models.md)")
    parser.add_argument("--list", action="store_true", help="only print the models' names")
    parser.add_argument("models", nargs="*", metavar="MODEL", help="only these (default: all)")
    arguments = parser.parse_args()
    models = [find(name) for name in arguments.models] or all_models()
    if arguments.list:
        print("\n".join(model.name for model in models))
        return
    if arguments.bitdepth is None:
        parser.error("--bitdepth is missing")
    bitdepth = arguments.bitdepth.resolve()
    CACHE.mkdir(parents=True, exist_ok=True)
    results = []
    print(HEAD, flush=True)
    for model in models:
        results.append(measured(model, bitdepth))
        if arguments.results:
            arguments.results.write_text(json.dumps(results, indent=1) + "\n")
        print(row(results[-1]), flush=True)
        for goal in results[-1]["missed"]:
            print(f"real-models: {model.name}: {goal}", file=sys.stderr)
        for failure in results[-1]["failures"]:
            print(f"real-models: {model.name}: {failure}", file=sys.stderr)
    if arguments.table:
        version = run_command(bitdepth, "--version").stdout.strip()
        arguments.table.write_text(document(results, version))
    sys.exit(any(result["missed"] for result in results))


if __name__ == "__main__":
    main()
