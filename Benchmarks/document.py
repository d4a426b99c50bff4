"""Writes docs/benchmarks.md from what measure.py found.

    python Benchmarks/document.py [build/benchmarks/measurements.json] [docs/benchmarks.md]
"""
import json
import pathlib
import statistics
import sys
from importlib.metadata import version

from bars import Bar, all_bars

ROOT = pathlib.Path(__file__).parent.parent
FLAGS = ["avx2", "fma", "avx512f", "avx_vnni", "avx512_vnni", "avx512_bf16", "amx_int8"]
PACKAGES = ["onnxruntime", "openvino", "ai-edge-litert", "litert-torch", "litert-quantizer", "torch", "torchvision"]
TITLES = {
    "mobilenetv2": "MobileNetV2 (224 × 224, seeded random weights)",
    "efficientnet-lite0": "EfficientNet-Lite0 (224 × 224, trained weights)",
    "resnet50": "ResNet50 (224 × 224, seeded random weights)",
    "bert": "Encoder like BERT-base (12 layers, 768, sequence 128, random weights)",
    "vit": "Encoder like ViT-S (12 layers, 384, 197 tokens, random weights)",
    "lstm": "LSTM (2 layers, 512 units, 100 steps of 80 features, random weights)",
    "gru": "GRU (2 layers, 256 units, 100 steps of 80 features, random weights)",
}
FORMS = {
    "": "float", ".int8": "INT8, QDQ", ".int8.qop": "INT8, QOperator", ".dynamic": "INT8 by ONNX Runtime's `quantize_dynamic`",
}
TEXT = (pathlib.Path(__file__).parent / "benchmarks.template.md").read_text()


def instruction_sets() -> str:
    try:
        lines = pathlib.Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return "unknown"
    flags = next((line.split(":")[1].split() for line in lines if line.startswith("flags")), [])
    return ", ".join(flag for flag in FLAGS if flag in flags)


def median(entry: dict, field: str) -> float:
    return statistics.median(result[field] for result in entry["rounds"])


def row(entry: dict, fastest: float) -> str:
    own, lite = entry["engine"] == "bitdepth", entry["engine"].startswith("litert")
    form = "INT8 by litert-quantizer" if lite and entry["form"] else FORMS[entry["form"]]
    p50 = median(entry, "p50_ms")
    start = [median(entry, field) for field in ("load_ms", "compile_ms", "first_run_ms")]
    agreements = [result["agreement_db"] for result in entry["rounds"]]
    agreement = "" if own else "equal" if None in agreements else f"{statistics.median(agreements):.0f} dB"
    cells = [
        f"**{entry['engine']}**" if own else entry["engine"], form, str(entry["threads"]), str(entry["batch"]), f"{p50:.2f}",
        f"{median(entry, 'p99_ms'):.2f}", f"{entry['batch'] * 1e3 / p50:.1f}", f"{p50 / entry['batch'] / fastest:.2f}",
        f"{sum(start):.0f}", f"{median(entry, 'peak_bytes') / 1e6:.1f}", agreement]
    return f"| {' | '.join(cells)} |"


def table(entries: list[dict]) -> str:
    """The last but four column: times of a sample divided by ours, of our INT8 file with one thread and batch 1."""
    own = next(e for e in entries if (e["form"], e["engine"], e["threads"], e["batch"]) == (".int8", "bitdepth", 1, 1))
    head = ["engine", "file", "threads", "batch", "p50 ms", "p99 ms", "per s", "time / ours", "start ms", "MB", "agrees"]
    lines = [f"| {' | '.join(head)} |", f"|---|---|{'--:|' * (len(head) - 2)}"]
    return "\n".join(lines + [row(entry, median(own, "p50_ms")) for entry in entries])


def number(value: float | None, unit: str) -> str:
    return "–" if value is None else f"{value:.0f}{unit}" if unit == " ms" and value >= 20 else f"{value:.2f}{unit}"


def bar_row(bar: Bar) -> str:
    sign = "≤ " if bar.lower_is_better else "≥ "
    goals = ["–" if goal is None else sign + f"{goal:g}{bar.unit}" for goal in (bar.must, bar.aim)]
    return f"| {bar.text} | {goals[0]} | {goals[1]} | {number(bar.measured, bar.unit)} | {bar.verdict} |"


def document(report: dict) -> str:
    host = report["host"]
    bars = ["| bar | must | aim | measured | |", "|---|--:|--:|--:|---|"] + [bar_row(bar) for bar in all_bars(report)]
    sections = [f"### {TITLES[name]}\n\n{table(entries)}" for name, entries in report["networks"].items()]
    values = {
        "MACHINE": f"{host['processor']}, {host['physical_cores']} cores, {host['system']}; {instruction_sets()}",
        "KERNELS": host["instruction_set"], "ROUNDS": str(report["rounds"]), "SECONDS": f"{report['seconds']:g}",
        "VERSIONS": ", ".join([f"bitdepth {host['version']}"] + [f"{name} {version(name)}" for name in PACKAGES]),
        "BARS": "\n".join(bars), "TABLES": "\n\n".join(sections),
        "PEAK": f"{report['peak_bytes'].get('mobilenetv2', float('nan')) / 1e6:.1f} MB", "START": f"{report['start_ms']:.1f} ms",
    }
    text = TEXT
    for name, value in values.items():
        text = text.replace("{" + name + "}", value)
    return text


def main() -> None:
    source = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "build/benchmarks/measurements.json"
    target = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else ROOT / "docs/benchmarks.md"
    target.write_text(document(json.loads(source.read_text())))
    print(f"document: wrote {target}", file=sys.stderr)


if __name__ == "__main__":
    main()
