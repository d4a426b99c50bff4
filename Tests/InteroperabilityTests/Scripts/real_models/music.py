"""basic-pitch (notes in music): windows of 43,844 samples at 22,050 Hz of synthetic melodies, chords and single sines."""
import numpy as np

from real_model import Arrays, RealModel, generator, packaged

RATE = 22050
SAMPLES = 43844
FRAME_THRESHOLD = 0.3  # As basic-pitch's own default.


def tone(rng: np.random.Generator, pitch: float, length: int, timbre: str) -> np.ndarray:
    """A note of the MIDI number `pitch`: struck (decaying partials), blown (steady ones, vibrato) or a sine."""
    time = np.arange(length) / RATE
    frequency = 440 * 2 ** ((pitch - 69) / 12)
    vibrato = 0.0 if timbre != "blown" else 0.004 * np.sin(2 * np.pi * rng.uniform(4, 7) * time)
    phase = 2 * np.pi * np.cumsum(frequency * (1 + vibrato) * np.ones(length)) / RATE
    partials = [1.0] if timbre == "sine" else [rng.uniform(0.5, 1) / k ** rng.uniform(0.8, 1.6) for k in range(1, 11)]
    sound = np.zeros(length)
    for k, strength in enumerate(partials, 1):
        if k * frequency < RATE / 2:
            decay = np.exp(-time * (1.5 + 0.7 * k)) if timbre == "struck" else 1.0
            sound += strength * decay * np.sin(k * phase)
    attack = 1 - np.exp(-time / (0.003 if timbre == "struck" else 0.03))
    release = np.minimum(1, (length - np.arange(length)) / (0.02 * RATE))
    return sound * attack * release


def music(rng: np.random.Generator) -> np.ndarray:
    sound = np.zeros(SAMPLES)
    timbre = str(rng.choice(["struck", "struck", "blown", "sine"]))
    root = int(rng.integers(40, 80))
    position = int(rng.integers(0, RATE // 4))
    while position < SAMPLES - RATE // 10:
        length = min(int(rng.uniform(0.12, 0.9) * RATE), SAMPLES - position)
        steps = rng.choice([0, 2, 4, 5, 7, 9, 11, 12, 16], size=rng.choice([1, 1, 1, 2, 3, 4]), replace=False)
        for step in steps:
            note = tone(rng, root + int(step), length, timbre)
            sound[position:position + length] += rng.uniform(0.3, 1) * note
        position += length if rng.random() < 0.7 else length + int(rng.uniform(0, 0.4) * RATE)
    sound *= rng.uniform(0.1, 0.9) / max(np.abs(sound).max(), 1e-9)
    return (sound + rng.normal(scale=10 ** rng.uniform(-5, -2.5), size=SAMPLES)).astype(np.float32)


def windows(part: str, count: int) -> list[Arrays]:
    return [
        {"serving_default_input_2:0": music(generator("music", part, index))[None, :, None]} for index in range(count)
    ]


def models() -> list[RealModel]:
    return [
        RealModel(
            "basic-pitch", "basic-pitch 0.4.0", packaged("basic_pitch", "saved_models/icassp_2022/nmp.onnx"), windows,
            lambda outputs: list(outputs["StatefulPartitionedCall:1"] > FRAME_THRESHOLD), "notes on, frame by frame",
            batch=8, calibration_count=64)
    ]
