"""Times Bitdepth and ONNX Runtime side by side: float and INT8, batch 1, one thread; prints a Markdown table.

    python scripts/bench-peers.py --bitdepth build/bitdepth [--rounds 7] [FLOAT INT8]…

FLOAT and INT8 are pairs of ONNX files. Without them: the bundled network for Fashion-MNIST, and MobileNetV2 with random
weights (made on demand), both quantized here by Bitdepth. ONNX Runtime runs the same two files, with its default graph
optimization. The contenders take turns within each round, so that a slow minute of the machine meets all of them: times are
medians over the rounds of each round's median, ratios are medians of the ratios within a round. Needs numpy and
onnxruntime.
"""
import argparse
import json
import pathlib
import platform
import statistics
import subprocess
import sys
import time

import numpy as np
import onnxruntime

ROOT = pathlib.Path(__file__).parent.parent
BUILD = ROOT / "build"
FASHION = pathlib.Path("/usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz")
SECONDS_PER_TURN = 0.5
INSTRUCTION_SETS = ["avx2", "fma", "avx512f", "avx_vnni", "avx512_vnni", "avx512_bf16", "amx_int8"]


def machine():
    """The processor's name and those of its instruction sets that decide speed here."""
    try:
        text = pathlib.Path("/proc/cpuinfo").read_text()
    except OSError:
        return platform.processor() or "unknown processor", []
    fields = dict(map(str.strip, line.split(":", 1)) for line in text.splitlines() if ":" in line)
    flags = fields.get("flags", "").split()
    return fields.get("model name", "unknown processor"), [name for name in INSTRUCTION_SETS if name in flags]


def quantize(bitdepth, model, data, preprocess, samples):
    """Quantizes with Bitdepth's defaults; the gate is off, for random weights classify nothing."""
    output = BUILD / "bench" / f"{model.stem}.int8.onnx"
    output.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        [bitdepth, "quantize", model, "--data", data, "--samples", str(samples), "--preprocess", preprocess, "-o", output,
         "--force", "--no-gate", "-q"],
        check=True, stdout=sys.stderr)
    return model, output


def bundled_pairs(bitdepth):
    if FASHION.exists():
        yield quantize(bitdepth, ROOT / "models/fashion-resnet.onnx", FASHION, "scale=255,mean=0.2860,std=0.3530", 512)
    else:
        print("bench-peers: no Fashion-MNIST (make setup): fashion-resnet is left out", file=sys.stderr)
    folder = BUILD / "models"
    if not (folder / "mobilenetv2.onnx").exists():
        subprocess.run([sys.executable, ROOT / "scripts/make-mobilenetv2.py", folder], check=True, stdout=sys.stderr)
    yield quantize(bitdepth, folder / "mobilenetv2.onnx", folder / "mobilenetv2-images.npy", "scale=255", 32)


def turn_of_bitdepth(bitdepth, pair):
    """Medians in ms of the float and the INT8 model, by `bitdepth bench`."""
    command = [bitdepth, "bench", *pair, "--threads", "1", "--batch", "1", "--min-time", f"{SECONDS_PER_TURN}s", "--json"]
    report = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    if report.get("schema") != "bitdepth.bench/1" or len(report["results"]) != len(pair):
        sys.exit(f"bench-peers: unexpected report of bitdepth bench: {report}")
    return [result["p50_ms"] for result in report["results"]]


class Peer:
    """A model in ONNX Runtime with one thread and one random input, reused."""

    def __init__(self, path):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self.session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        generator = np.random.default_rng(0)
        self.feeds = {
            value.name: generator.normal(size=[d if isinstance(d, int) else 1 for d in value.shape]).astype(np.float32)
            for value in self.session.get_inputs()
        }
        self.turn(0)

    def turn(self, seconds=SECONDS_PER_TURN):
        """Median in ms, after 5 runs to warm up."""
        for _ in range(5):
            self.session.run(None, self.feeds)
        times, end = [], time.perf_counter() + seconds
        while not times or time.perf_counter() < end:
            start = time.perf_counter()
            self.session.run(None, self.feeds)
            times.append(time.perf_counter() - start)
        return statistics.median(times) * 1e3


def row(bitdepth, pair, rounds):
    peers = [Peer(path) for path in pair]
    turns = []  # One (our float, our INT8, their float, their INT8) in ms a round.
    for _ in range(rounds):
        turns.append([*turn_of_bitdepth(bitdepth, pair), *(peer.turn() for peer in peers)])
    times = [statistics.median(column) for column in zip(*turns)]
    ratios = [
        statistics.median(turn[over] / turn[under] for turn in turns)
        for over, under in [(0, 1), (2, 3), (2, 0), (3, 1)]
    ]
    sizes = pair[1].stat().st_size / pair[0].stat().st_size
    cells = [pair[0].stem, *(f"{ms:.3f}" for ms in times), *(f"{ratio:.2f}×" for ratio in ratios), f"{sizes:.1%}"]
    return f"| {' | '.join(cells)} |"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bitdepth", type=pathlib.Path, required=True, help="the built command")
    parser.add_argument("--rounds", type=int, default=7, help="turns of each contender (default 7)")
    parser.add_argument("files", nargs="*", type=pathlib.Path, metavar="FLOAT INT8", help="pairs of ONNX files")
    arguments = parser.parse_args()
    if len(arguments.files) % 2 or arguments.rounds < 1:
        parser.error("files come in pairs, float before INT8, and there is at least one round")

    bitdepth = arguments.bitdepth.resolve()
    pairs = list(zip(arguments.files[::2], arguments.files[1::2])) or list(bundled_pairs(bitdepth))
    name, sets = machine()
    version = subprocess.run([bitdepth, "--version"], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
    print(f"{name} ({', '.join(sets)}) · 1 thread, batch 1 · medians of {arguments.rounds} rounds, ms")
    print(f"Bitdepth {version} · ONNX Runtime {onnxruntime.__version__}, both run the same two files\n")
    print("| model | float | INT8 | ORT float | ORT INT8 | INT8 gain | ORT's gain | float vs ORT | INT8 vs ORT | size |")
    print("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|")
    for pair in pairs:
        print(row(bitdepth, pair, arguments.rounds), flush=True)
    print("\nGains and comparisons are times divided: above 1× INT8 is faster than float, and Bitdepth faster than ORT.")


if __name__ == "__main__":
    main()
