"""Times Bitdepth, ONNX Runtime and OpenVINO side by side on the files of Benchmarks/export-models.py; prints Markdown.

    python Benchmarks/peers.py --bitdepth build/bitdepth [--models build/benchmarks] [--rounds 5] [NAME…]

The INT8 files are those that `bitdepth quantize` writes by default; all engines run the same files, batch 1, one thread. In
each round every contender has its turn. Times are medians over the rounds, ratios medians of the ratios within a round. A
peer whose INT8 answer is far from ours (20 dB) makes the run fail: it would not compute the same thing.
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np
import onnxruntime
import openvino

ROOT = pathlib.Path(__file__).parent.parent
SECONDS_PER_TURN = 0.6
PREPROCESS = "scale=255,mean=0.5,std=0.25"
NAMES = ["mobilenetv2", "efficientnet-lite0", "resnet50"]
LEAST_DECIBELS = 20


def quantized(bitdepth: pathlib.Path, model: pathlib.Path) -> pathlib.Path:
    output = model.with_suffix(".int8.onnx")
    subprocess.run(
        [bitdepth, "quantize", model, "--data", model.with_name("images.npy"), "--preprocess", PREPROCESS, "-o", output, "-f", "-q"],
        check=True, stdout=subprocess.DEVNULL)
    return output


def onnx_runtime(path: pathlib.Path, image: np.ndarray):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    return lambda: session.run(None, {name: image})[0]


def open_vino(path: pathlib.Path, image: np.ndarray):
    core = openvino.Core()
    model = core.read_model(path)
    model.reshape({model.inputs[0]: list(image.shape)})
    # Its float is BF16 else where the processor has that.
    hints = {
        "INFERENCE_NUM_THREADS": 1, "NUM_STREAMS": 1, "PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": "f32"}
    request = core.compile_model(model, "CPU", hints).create_infer_request()
    return lambda: request.infer([image])[0]


def own_times(bitdepth: pathlib.Path, *files: pathlib.Path) -> list[float]:
    command = [bitdepth, "bench", *files, "--threads", "1", "--batch", "1", "--min-time", f"{SECONDS_PER_TURN}s", "--json"]
    report = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    return [result["p50_ms"] for result in report["results"]]


def own_answer(bitdepth: pathlib.Path, file: pathlib.Path, image: np.ndarray) -> np.ndarray:
    with tempfile.TemporaryDirectory() as folder:
        source, target = pathlib.Path(folder, "in.npz"), pathlib.Path(folder, "out.npz")
        np.savez(source, image=image)
        subprocess.run(
            [bitdepth, "run", file, "--input", source, "--preprocess", "none", "-o", target, "-q"], check=True,
            stdout=subprocess.DEVNULL)
        with np.load(target) as arrays:
            return arrays["logits"]


def median_time(run) -> float:
    """In ms, after 5 runs to warm up."""
    for _ in range(5):
        run()
    times, end = [], time.perf_counter() + SECONDS_PER_TURN
    while len(times) < 5 or time.perf_counter() < end:
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1e3


def check(answer: np.ndarray, expected: np.ndarray, what: str) -> None:
    noise = float(np.square(answer - expected, dtype=np.float64).sum())
    decibels = 10 * np.log10(float(np.square(expected, dtype=np.float64).sum()) / max(noise, 1e-300))
    if decibels < LEAST_DECIBELS:
        sys.exit(f"peers: {what} is {decibels:.1f} dB from our answer on the same file")


def row(bitdepth: pathlib.Path, model: pathlib.Path, rounds: int) -> str:
    int8 = quantized(bitdepth, model)
    image = (np.load(model.with_name("images.npy"))[:1].astype(np.float32) / 255 - np.float32(0.5)) / np.float32(0.25)
    peers = [make(path, image) for make in (onnx_runtime, open_vino) for path in (model, int8)]
    expected = own_answer(bitdepth, int8, image)
    check(peers[1](), expected, "ONNX Runtime's INT8")
    check(peers[3](), expected, "OpenVINO's INT8")
    turns = [[*own_times(bitdepth, model, int8), *(median_time(peer) for peer in peers)] for _ in range(rounds)]
    times = [statistics.median(column) for column in zip(*turns)]
    ratios = [
        statistics.median(min(t[3], t[5]) / t[1] for t in turns), statistics.median(t[0] / t[1] for t in turns),
        statistics.median(t[2] / t[0] for t in turns)]
    return f"| {' | '.join([model.stem, *(f'{t:.2f}' for t in times), *(f'{r:.2f}×' for r in ratios)])} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bitdepth", type=pathlib.Path, required=True, help="the built command")
    parser.add_argument("--models", type=pathlib.Path, default=ROOT / "build/benchmarks", help="where export-models.py wrote")
    parser.add_argument("--rounds", type=int, default=5, help="turns of each contender")
    parser.add_argument("names", nargs="*", default=NAMES, metavar="NAME")
    arguments = parser.parse_args()
    bitdepth = arguments.bitdepth.resolve()
    print(f"ONNX Runtime {onnxruntime.__version__}, OpenVINO {openvino.__version__}; batch 1, one thread, ms\n")
    print("| model | float | INT8 | ORT float | ORT INT8 | OpenVINO float | OpenVINO INT8 | INT8 vs fastest peer | own gain | float vs ORT |")
    print("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|", flush=True)
    for name in arguments.names:
        print(row(bitdepth, arguments.models / f"{name}.onnx", arguments.rounds), flush=True)


if __name__ == "__main__":
    main()
