"""What the operating system says of whole runs of the command: how long they take, how much memory they take."""
import pathlib
import statistics
import subprocess
import time


def start_milliseconds(bitdepth: pathlib.Path, runs: int = 41) -> float:
    """Median time of `bitdepth --version`, from its start to its end."""
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        subprocess.run([bitdepth, "--version"], check=True, stdout=subprocess.DEVNULL)
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1e3


def peak_bytes(bitdepth: pathlib.Path, model: pathlib.Path, sample: pathlib.Path) -> int:
    """Of one whole run of the model, the process itself included: looked at every millisecond, as the kernel keeps it.

    The resource usage that a parent gets would count the parent's own memory as well.
    """
    command = [bitdepth, "run", model, "--input", sample, "--whole", "--threads", "1"]
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    peak = 0
    while child.poll() is None:
        try:
            lines = pathlib.Path(f"/proc/{child.pid}/status").read_text().splitlines()
        except OSError:
            break
        # Before the program is loaded, the account is that of the process that starts it.
        named = any(line.split()[1:] == [bitdepth.name] for line in lines if line.startswith("Name:"))
        peak = max([peak] + [int(line.split()[1]) * 1024 for line in lines if named and line.startswith("VmHWM:")])
        time.sleep(0.001)
    if child.wait():
        raise SystemExit(f"process: {model} failed")
    return peak
