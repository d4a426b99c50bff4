"""An engine of others that `bitdepth bench --against` times: one process, one engine, one model.

    python -c THIS ENGINE MODEL THREADS INPUT…

Standard input brings one .npy array for each INPUT, and then commands; each answer is a line on standard output.

    load        ready VERSION  LOAD-SECONDS  FIRST-RUN-SECONDS  BYTES     what the process grew by at most meanwhile
    run N       N times in seconds
    answer      the number of elements of each output, and behind that line all elements as float32
    (failure)   missing MODULE, or failed REASON
"""
import os
import sys
import time

try:
    import numpy as np
except ModuleNotFoundError:
    sys.exit(print("missing numpy"))


class ONNXRuntime:
    def __init__(self, path, feeds, threads):
        import onnxruntime

        self.version, self.feeds, self.path, self.threads = onnxruntime.__version__, feeds, path, threads
        self.module = onnxruntime

    def load(self):
        options = self.module.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = self.threads, 1
        options.log_severity_level = 4
        self.session = self.module.InferenceSession(self.path, options, providers=["CPUExecutionProvider"])

    def run(self):
        return self.session.run(None, self.feeds)

    def reals(self, outputs):
        return outputs


class OpenVINO:
    def __init__(self, path, feeds, threads):
        import openvino

        self.version, self.feeds, self.path, self.threads = openvino.__version__.split("-")[0], feeds, path, threads
        self.module = openvino

    def load(self):
        core = self.module.Core()
        model = core.read_model(self.path)
        model.reshape({name: list(value.shape) for name, value in self.feeds.items()})
        # Its float is BF16 else where the processor has that.
        hints = {
            "INFERENCE_NUM_THREADS": self.threads, "NUM_STREAMS": 1, "PERFORMANCE_HINT": "LATENCY",
            "INFERENCE_PRECISION_HINT": "f32"}
        compiled = core.compile_model(model, "CPU", hints)
        self.request, self.outputs = compiled.create_infer_request(), compiled.outputs

    def run(self):
        results = self.request.infer(self.feeds)
        return [results[output] for output in self.outputs]

    def reals(self, outputs):
        return outputs


class LiteRT:
    """Its files give inputs other names: they are taken in their order. Codes are what the file asks for, made beforehand."""

    def __init__(self, path, feeds, threads):
        from importlib.metadata import version

        from ai_edge_litert import interpreter

        self.version, self.feeds, self.path, self.threads = version("ai-edge-litert"), list(feeds.values()), path, threads
        self.module = interpreter

    def load(self):
        self.interpreter = self.module.Interpreter(model_path=self.path, num_threads=self.threads)
        inputs = sorted(self.interpreter.get_input_details(), key=lambda detail: detail["index"])
        for detail, value in zip(inputs, self.feeds):
            if list(detail["shape"]) != list(value.shape):
                self.interpreter.resize_tensor_input(detail["index"], value.shape)
        self.interpreter.allocate_tensors()
        self.values = [(detail["index"], self.stored(value, detail)) for detail, value in zip(inputs, self.feeds)]
        self.outputs = self.interpreter.get_output_details()

    def run(self):
        for index, value in self.values:
            self.interpreter.set_tensor(index, value)
        self.interpreter.invoke()
        return [self.interpreter.get_tensor(detail["index"]) for detail in self.outputs]

    def reals(self, outputs):
        return [self.real(value, detail) for value, detail in zip(outputs, self.outputs)]

    @staticmethod
    def stored(value, detail):
        scale, zero = detail["quantization"]
        if scale == 0:
            return value.astype(detail["dtype"], copy=False)
        limits = np.iinfo(detail["dtype"])
        return np.clip(np.round(value / scale) + zero, limits.min, limits.max).astype(detail["dtype"])

    @staticmethod
    def real(value, detail):
        scale, zero = detail["quantization"]
        return value if scale == 0 else (value.astype(np.float32) - zero) * scale


ENGINES = {"ort": ONNXRuntime, "openvino": OpenVINO, "litert": LiteRT}


class Stream:
    """A pipe, which NumPy would take for a file that it can jump about in."""

    def __init__(self, pipe):
        self.read = pipe.read


def memory(field):
    """Bytes from a line like `VmHWM:   5123 kB` of the kernel's account of this process; 0 where there is none."""
    try:
        with open("/proc/self/status") as status:
            lines = [line.split() for line in status if line.startswith(field + ":")]
    except OSError:
        return 0
    return int(lines[0][1]) * 1024 if lines else 0


def forget_peak():
    try:
        with open("/proc/self/clear_refs", "w") as file:
            file.write("5")
    except OSError:
        pass


def timed(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def started(engine):
    forget_peak()
    before = memory("VmRSS")
    load, first = timed(engine.load), timed(engine.run)
    return f"ready {engine.version} {load} {first} {max(0, memory('VmHWM') - before)}"


def respond(engine, words, answers):
    if words[0] == "load":
        answers.write(f"{started(engine)}\n".encode())
    elif words[0] == "run":
        answers.write((" ".join(str(timed(engine.run)) for _ in range(int(words[1]))) + "\n").encode())
    elif words[0] == "answer":
        outputs = [np.ascontiguousarray(output, dtype="<f4") for output in engine.reals(engine.run())]
        answers.write((" ".join(str(output.size) for output in outputs) + "\n").encode())
        for output in outputs:
            answers.write(output.tobytes())


def main():
    # What libraries print must not come between the answers.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    commands = sys.stdin.buffer
    try:
        name, path, threads, *inputs = sys.argv[1:]
        feeds = {name: np.lib.format.read_array(Stream(commands), allow_pickle=False) for name in inputs}
        engine = ENGINES[name](path, feeds, int(threads))
        for line in commands:
            respond(engine, line.decode().split(), answers)
            answers.flush()
    except ModuleNotFoundError as error:
        answers.write(f"missing {error.name}\n".encode())
    except Exception as error:
        answers.write(("failed " + " ".join(f"{type(error).__name__}: {error}".split()) + "\n").encode())
    answers.flush()


if __name__ == "__main__":
    main()
