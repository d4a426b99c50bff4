"""silero-vad (is somebody speaking?): sentences spoken by espeak-ng between pauses, music and noise, cut into chunks.

The network's state goes round: it is an output of one chunk and an input of the next.
"""
import functools
import io
import subprocess
import wave

import numpy as np

from music import tone
from real_model import Arrays, RealModel, generator, packaged
from text_images import phrase

VOICES = ["en-us", "en-gb", "de", "fr", "es", "it", "pt", "en-us+f2", "en-us+f4", "de+f3", "fr+f2", "en-gb+m7"]
# At each rate: samples of a chunk, and of the chunk before that are put in front of it.
CHUNKS = {16000: (512, 64), 8000: (256, 32)}
STEPS = 40


def spoken(rng: np.random.Generator, rate: int) -> np.ndarray:
    """A few words by a voice of espeak-ng, −1 … 1."""
    command = [
        "espeak-ng", "--stdout", "-v", str(rng.choice(VOICES)), "-s", str(rng.integers(120, 220)),
        "-p", str(rng.integers(20, 80)), phrase(rng, 3, 7)]
    with wave.open(io.BytesIO(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)) as file:
        # The header of a stream does not know its length: what is read counts.
        samples = np.frombuffer(file.readframes(1 << 24), dtype="<i2") / 32768
        return resampled(samples, file.getframerate(), rate)


def resampled(samples: np.ndarray, rate: int, target: int) -> np.ndarray:
    """Linear interpolation behind a low-pass filter (a Hann window over the target's period)."""
    width = max(1, round(2 * rate / target))
    window = np.hanning(width + 2)[1:-1]
    smooth = np.convolve(samples, window / window.sum(), mode="same")
    return np.interp(np.arange(int(len(samples) * target / rate)) * rate / target, np.arange(len(samples)), smooth)


def scene(rng: np.random.Generator, rate: int, length: int) -> np.ndarray:
    """Silence, speech, a tone or a burst of noise, one after another over a background hiss."""
    sound = rng.normal(scale=10 ** rng.uniform(-4, -2.2), size=length)
    position = int(rng.uniform(0, 0.4) * rate)
    while position < length:
        kind = rng.random()
        if kind < 0.6:
            part = spoken(rng, rate) * rng.uniform(0.3, 1.0)
            start = int(rng.integers(0, max(1, len(part) // 2)))
            part = part[start:start + int(rng.uniform(0.3, 1.2) * rate)]
        elif kind < 0.75:
            part = 0.2 * np.resize(tone(rng, float(rng.uniform(45, 80)), int(22050 * 0.5), "struck"), int(0.5 * rate))
        elif kind < 0.85:
            part = rng.normal(scale=rng.uniform(0.02, 0.2), size=int(rng.uniform(0.1, 0.5) * rate))
        else:
            part = np.zeros(int(rng.uniform(0.2, 0.6) * rate))
        part = part[:length - position]
        sound[position:position + len(part)] += part
        position += len(part) + int(rng.uniform(0, 0.3) * rate)
    return sound.clip(-1, 1).astype(np.float32)


@functools.cache
def chunks(part: str, index: int, rate: int) -> np.ndarray:
    """[STEPS, context + chunk] of one scene."""
    chunk, context = CHUNKS[rate]
    sound = np.concatenate([
        np.zeros(context, np.float32), scene(generator(f"speech{rate}", part, index), rate, STEPS * chunk)])
    return np.stack([sound[k * chunk:k * chunk + chunk + context] for k in range(STEPS)])


def sequences(part: str, count: int, rates: tuple[int, ...], with_rate: bool) -> list[list[Arrays]]:
    """As many scenes as hold `count` chunks, the rates in turn; a scene is a list of steps, the first with the zero state."""
    result: list[list[Arrays]] = []
    while len(result) * STEPS < count:
        rate = rates[len(result) % len(rates)]
        steps = [{"input": chunk[None]} for chunk in chunks(part, len(result), rate)]
        if with_rate:
            steps = [{**step, "sr": np.array(rate, dtype=np.int64)} for step in steps]
        steps[0]["state"] = np.zeros((2, 1, 128), np.float32)
        result.append(steps)
    return result


def speaking(outputs: Arrays) -> list[bool]:
    return list(outputs["output"][:, 0] > 0.5)


def model(name: str, file: str, rates: tuple[int, ...], with_rate: bool = True) -> RealModel:
    return RealModel(
        name, "silero-vad 6.2.3", packaged("silero_vad", f"data/{file}"),
        lambda part, count: sequences(part, count, rates, with_rate), speaking, "speech in a chunk",
        calibration_count=320, evaluation_count=320, feedback={"state": "stateN"})


def models() -> list[RealModel]:
    return [
        model("silero-vad", "silero_vad.onnx", (16000, 8000)),
        model("silero-vad-ifless", "silero_vad_op18_ifless.onnx", (16000, 8000)),
        model("silero-vad-16k", "silero_vad_16k_op15.onnx", (16000,)),
    ]
