"""The bars that the engine is held to: what is compared, and what it must and should reach."""
import collections
import dataclasses
import statistics
from typing import Callable


class Network:
    """The measurements of one network."""

    def __init__(self, entries: list[dict]):
        self.entries = entries

    def rounds(self, form: str, engine: str = "bitdepth", threads: int = 1, batch: int = 1, field: str = "p50_ms"):
        """A value for each round; nothing where it was not measured."""
        for entry in self.entries:
            if (entry["form"], entry["threads"], entry["batch"]) == (form, threads, batch):
                if entry["engine"].split()[0] == engine:
                    return [result[field] for result in entry["rounds"]]
        return []

    def fastest_peer(self, forms: list[str]) -> list[float]:
        """In each round the time of whichever peer was fastest with one of these files, batch 1, one thread."""
        columns = [
            [result["p50_ms"] for result in entry["rounds"]] for entry in self.entries
            if entry["form"] in forms and entry["engine"] != "bitdepth" and (entry["threads"], entry["batch"]) == (1, 1)]
        return [min(row) for row in zip(*columns)]


def ratio(above: list[float], below: list[float]) -> float | None:
    """The median of the ratios within a round."""
    return middle([a / b for a, b in zip(above, below)])


def middle(values: list[float]) -> float | None:
    return statistics.median(values) if values else None


@dataclasses.dataclass
class Bar:
    text: str
    must: float | None
    aim: float | None
    measured: float | None
    unit: str = "×"
    lower_is_better: bool = False

    @property
    def verdict(self) -> str:
        if self.measured is None:
            return "not measured"

        def reaches(goal: float | None) -> bool:
            return goal is not None and (self.measured <= goal if self.lower_is_better else self.measured >= goal)

        if reaches(self.aim):
            return "met, the aim too"
        return "met" if reaches(self.must) else "**missed**"


INT8_FILES = [".int8", ".int8.qop"]
#: Network: what INT8 must and should gain on the fastest peer, with VNNI and without.
AGAINST_PEERS = {
    "mobilenetv2": {True: (1.5, 1.9), False: (1.3, 1.6)}, "efficientnet-lite0": {True: (1.5, 1.9), False: (1.25, 1.45)},
    "resnet50": {True: (1.03, 1.12), False: (1.0, 1.15)},
}
TWO_THREADS = {"resnet50": 1.7, "mobilenetv2": 1.5}


def int8_bars(networks: dict[str, Network], has_vnni: bool) -> list[Bar]:
    bars = []
    for name, goals in AGAINST_PEERS.items():
        network = networks[name]
        own = network.rounds(".int8")
        must, aim = goals[has_vnni]
        bars.append(Bar(f"1. {name}: INT8 against the fastest peer", must, aim, ratio(network.fastest_peer(INT8_FILES), own)))
        bars.append(Bar(f"1. {name}: INT8 against own float", 2 if has_vnni else 1.7, None, ratio(network.rounds(""), own)))
    for name, must in TWO_THREADS.items():
        network = networks[name]
        bars.append(
            Bar(f"1. {name}: two threads against one", must, None, ratio(network.rounds(".int8"), network.rounds(".int8", threads=2))))
    for name in AGAINST_PEERS:
        network = networks[name]
        eight = [ms / 8 for ms in network.rounds(".int8", batch=8)]
        bars.append(Bar(f"1. {name}: images a second, batch 8 against batch 1", 1, None, ratio(network.rounds(".int8"), eight)))
    return bars


def other_bars(networks: dict[str, Network]) -> list[Bar]:
    bars = [
        Bar(f"2. {name}: float against ONNX Runtime's", 0.9, 1, ratio(networks[name].rounds("", "ort"), networks[name].rounds("")))
        for name in AGAINST_PEERS]
    for name in ("bert", "vit"):
        dynamic = networks[name].rounds(".dynamic", "ort")
        for form, what in ((".int8", "static"), (".dynamic", "dynamic")):
            bars.append(
                Bar(f"3. {name}: {what} INT8 against ONNX Runtime's dynamic", 1, 1.2, ratio(dynamic, networks[name].rounds(form))))
    for name in ("lstm", "gru"):
        network = networks[name]
        bars.append(Bar(f"4. {name}: INT8 against ONNX Runtime's float", 1, None, ratio(network.rounds("", "ort"), network.rounds(".int8"))))
    return bars


def start_bars(networks: dict[str, Network], report: dict) -> list[Bar]:
    network = networks["mobilenetv2"]
    fields = [network.rounds(".int8", field=field) for field in ("load_ms", "compile_ms", "first_run_ms")]
    start = middle([sum(parts) for parts in zip(*fields)])
    tails = [a / b for a, b in zip(network.rounds(".int8", field="p99_ms"), network.rounds(".int8"))]
    peers = [
        statistics.median(result["peak_bytes"] for result in entry["rounds"]) for entry in network.entries
        if entry["form"] in INT8_FILES and entry["engine"] != "bitdepth" and (entry["threads"], entry["batch"]) == (1, 1)]
    return [
        Bar("6. mobilenetv2: load, compile and first run", 150, None, start, " ms", True),
        Bar("6. mobilenetv2: p99 / p50", 1.2, None, middle(tails), "×", True),
        Bar(
            "6. mobilenetv2: memory of the whole process against the least growth of a peer's", 1, None,
            report["peak_bytes"]["mobilenetv2"] / min(peers) if peers else None, "×", True),
        Bar("7. `bitdepth --version`", 15, None, report["start_ms"], " ms", True),
    ]


def all_bars(report: dict) -> list[Bar]:
    """Those whose network was not measured say so."""
    networks = collections.defaultdict(lambda: Network([]))
    networks.update({name: Network(entries) for name, entries in report["networks"].items()})
    has_vnni = "vnni" in report["host"]["instruction_set"]
    return int8_bars(networks, has_vnni) + other_bars(networks) + start_bars(networks, report)
