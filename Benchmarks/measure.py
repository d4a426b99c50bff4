"""Times Bitdepth and its peers side by side on the files of export.py; writes build/benchmarks/measurements.json.

    python Benchmarks/measure.py --bitdepth build/bitdepth [--folder build/benchmarks] [--rounds 5] [--seconds 1] [NAME…]

Each job is one call of `bitdepth bench --against`, in which the contenders take turns; the jobs of a network take turns too,
once in each round. What a peer answers is compared with our answer on the same file in the same run: below 20 dB it does not
compute the same thing, and the run fails (LiteRT's INT8 file is quantized by its own tool: 10 dB). A missing peer fails too.
"""
import argparse
import dataclasses
import json
import os
import pathlib
import subprocess
import sys

import process
from kinds import KINDS

ROOT = pathlib.Path(__file__).parent.parent
LEAST_DECIBELS, LEAST_DECIBELS_OTHER_FILE = 20, 10


@dataclasses.dataclass(frozen=True)
class Job:
    #: What stands between the network's name and `.onnx` in the names of the files.
    forms: tuple[str, ...]
    peers: tuple[str, ...] = ()
    threads: int = 1
    batch: int = 1


def jobs(name: str) -> list[Job]:
    kind = KINDS[name]
    peers = ("ort",) + (("openvino",) if kind.openvino else ()) + (("litert",) if kind.lite else ())
    found = [Job(("", ".int8"), peers)]
    if kind.qoperator:
        found.append(Job((".int8.qop",), ("ort",)))
    if kind.dynamic:
        found.append(Job((".dynamic",), ("ort",)))
    return found + [Job((".int8",), threads=2), Job((".int8",), ("ort",), batch=8)]


def run(job: Job, name: str, folder: pathlib.Path, bitdepth: pathlib.Path, seconds: float) -> dict:
    command = [bitdepth, "bench", *(folder / f"{name}{form}.onnx" for form in job.forms)]
    command += ["--input", folder / f"{name}.x{job.batch}.npz", "--threads", str(job.threads)]
    command += ["--min-time", f"{seconds}s", "--json", "-q"]
    command += ["--against", ",".join(job.peers)] if job.peers else []
    environment = os.environ | {"BITDEPTH_PYTHON": sys.executable}
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, env=environment).stdout)


def check(result: dict, form: str) -> None:
    # None: equal to the bit.
    agreement = result["agreement_db"]
    is_other = result["engine"].startswith("litert") and form != ""
    if agreement is not None and agreement < (LEAST_DECIBELS_OTHER_FILE if is_other else LEAST_DECIBELS):
        sys.exit(f"measure: {result['engine']} is {agreement:.1f} dB from our answer on {result['model']}")


def measured(name: str, folder: pathlib.Path, bitdepth: pathlib.Path, rounds: int, seconds: float) -> tuple[list, dict]:
    """One entry for each form, engine, number of threads and batch, each with one value a round."""
    entries, host = {}, {}
    for _ in range(rounds):
        for job in jobs(name):
            report = run(job, name, folder, bitdepth, seconds)
            host = report["host"]
            for result in report["results"]:
                form = pathlib.Path(result["model"]).name.removeprefix(name).removesuffix(".onnx")
                check(result, form)
                key = (form, result["engine"], job.threads, job.batch)
                entry = entries.setdefault(
                    key, {"form": form, "engine": key[1], "threads": key[2], "batch": key[3], "rounds": []})
                entry["rounds"].append(result)
    return list(entries.values()), host


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bitdepth", type=pathlib.Path, required=True, help="the built command")
    parser.add_argument("--folder", type=pathlib.Path, default=ROOT / "build/benchmarks")
    parser.add_argument("--rounds", type=int, default=5, help="turns of each job")
    parser.add_argument("--seconds", type=float, default=1, help="time of each contender in a turn")
    parser.add_argument("names", nargs="*", default=list(KINDS), metavar="NAME")
    arguments = parser.parse_args()
    bitdepth = arguments.bitdepth.resolve()
    report = {"rounds": arguments.rounds, "seconds": arguments.seconds, "networks": {}, "peak_bytes": {}}
    report["start_ms"] = process.start_milliseconds(bitdepth)
    for name in arguments.names:
        print(f"measure: {name}", file=sys.stderr)
        report["networks"][name], report["host"] = measured(
            name, arguments.folder, bitdepth, arguments.rounds, arguments.seconds)
        files = (arguments.folder / f"{name}.int8.onnx", arguments.folder / f"{name}.x1.npz")
        report["peak_bytes"][name] = process.peak_bytes(bitdepth, *files)
        # What was measured stays where a later network fails.
        (arguments.folder / "measurements.json").write_text(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
