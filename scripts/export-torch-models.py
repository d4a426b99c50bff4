"""Makes models/torch: five small networks, trained for a minute on made-up tasks, exported by both exporters of PyTorch.

    python scripts/export-torch-models.py [NAME…]

encoder: a transformer encoder with padding masks. tagger: a bidirectional LSTM. unet: a U-Net with GroupNorm.
convnext: ConvNeXt blocks. detector: a head whose boxes go through non-maximum suppression. Everything is seeded; the weights
differ in their last bits from one processor to another, so that the committed files are the ones to test with. Needs torch
(2.13), onnx, onnxscript, numpy and pillow.
"""
import pathlib
import sys

import numpy as np
import onnx
import onnxscript
import torch
from torch import nn
from torch.nn import functional

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "Tests/InteroperabilityTests/Scripts/real_models"))
import pictures  # noqa: E402
import torch_exports as tasks  # noqa: E402

# Of the TorchScript exporter the newest that it knows well, of the other one that has GroupNormalization and Attention.
OPSETS = {"torchscript": 18, "dynamo": 23}
STRIDE = 8
IMAGE_SIDE, SCENE_SIDE = 64, 96


class Encoder(nn.Module):
    """Two pre-norm layers of attention that does not look at padding; the mean over the words is classified."""

    def __init__(self, width: int = 48) -> None:
        super().__init__()
        self.words = nn.Embedding(tasks.TOKENS, width)
        self.places = nn.Embedding(64, width)
        layer = nn.TransformerEncoderLayer(width, 4, 2 * width, dropout=0.0, activation="gelu", batch_first=True, norm_first=True)
        self.layers = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, tasks.GROUPS)

    def forward(self, tokens: torch.Tensor, padding: torch.Tensor) -> torch.Tensor:
        places = torch.arange(tokens.shape[1], device=tokens.device)
        # The second mask hides nothing, but the two together have a row for each query, which ONNX Runtime's Attention asks for.
        nothing = torch.zeros(tokens.shape[1], tokens.shape[1], dtype=torch.bool)
        hidden = self.layers(self.words(tokens) + self.places(places), nothing, padding, is_causal=False)
        kept = (~padding).unsqueeze(-1).to(hidden.dtype)
        return self.head((self.norm(hidden) * kept).sum(1) / kept.sum(1))


class Tagger(nn.Module):
    def __init__(self, width: int = 32) -> None:
        super().__init__()
        self.words = nn.Embedding(tasks.TOKENS, width)
        self.lstm = nn.LSTM(width, width, bidirectional=True, batch_first=True)
        self.head = nn.Linear(2 * width, tasks.TAGS)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        return self.head(self.lstm(self.words(tokens))[0])


class NormedConv(nn.Sequential):
    def __init__(self, inputs: int, outputs: int, stride: int = 1) -> None:
        super().__init__(
            nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.GroupNorm(4, outputs), nn.SiLU())


class UNet(nn.Module):
    def __init__(self, width: int = 12) -> None:
        super().__init__()
        self.top = nn.Sequential(NormedConv(1, width), NormedConv(width, width))
        self.middle = nn.Sequential(NormedConv(width, 2 * width, 2), NormedConv(2 * width, 2 * width))
        self.bottom = nn.Sequential(NormedConv(2 * width, 4 * width, 2), NormedConv(4 * width, 2 * width))
        self.up_middle = NormedConv(4 * width, width)
        self.up = nn.ConvTranspose2d(width, width, 2, 2)
        self.up_top = NormedConv(2 * width, width)
        self.head = nn.Conv2d(width, 1, 1)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        top = self.top(image)
        middle = self.middle(top)
        low = functional.interpolate(self.bottom(middle), scale_factor=2.0, mode="nearest")
        middle = self.up_middle(torch.cat([low, middle], 1))
        return self.head(self.up_top(torch.cat([self.up(middle), top], 1)))


class ConvNeXtBlock(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.depthwise = nn.Conv2d(width, width, 7, padding=3, groups=width)
        self.norm = nn.LayerNorm(width, eps=1e-6)
        self.widen, self.narrow = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
        self.scale = nn.Parameter(torch.full((width,), 0.5))

    def forward(self, data: torch.Tensor) -> torch.Tensor:
        hidden = self.norm(self.depthwise(data).permute(0, 2, 3, 1))
        hidden = self.scale * self.narrow(functional.gelu(self.widen(hidden)))
        return data + hidden.permute(0, 3, 1, 2)


class ConvNeXt(nn.Module):
    def __init__(self, width: int = 24) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, width, 4, 4)
        self.first, self.down, self.second = ConvNeXtBlock(width), nn.Conv2d(width, 2 * width, 2, 2), ConvNeXtBlock(2 * width)
        self.norm, self.head = nn.LayerNorm(2 * width), nn.Linear(2 * width, pictures.CLASSES)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return self.head(self.norm(self.second(self.down(self.first(self.stem(image)))).mean((2, 3))))


@torch.library.custom_op("bitdepth_export::nms", mutates_args=())
def nms(boxes: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
    """[n, 3] of image, class and box that are left of [N, B, 4] and [N, C, B]; only its shape matters to the exporters."""
    return torch.zeros((1, 3), dtype=torch.int64)


@nms.register_fake
def _(boxes: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
    return boxes.new_empty((torch.library.get_ctx().new_dynamic_size(), 3), dtype=torch.int64)


MOST_BOXES, OVERLAP, LEAST_SCORE = 20, 0.4, 0.5


def nms_torchscript(graph, boxes, scores):
    limits = [torch.tensor([MOST_BOXES]), torch.tensor([OVERLAP]), torch.tensor([LEAST_SCORE])]
    return graph.op("NonMaxSuppression", boxes, scores, *(graph.op("Constant", value_t=v) for v in limits))


def nms_dynamo(boxes, scores):
    op = onnxscript.opset23
    return op.NonMaxSuppression(
        boxes, scores, op.Constant(value_ints=[MOST_BOXES]), op.Constant(value_floats=[OVERLAP]),
        op.Constant(value_floats=[LEAST_SCORE]))


class Detector(nn.Module):
    """For each cell of a grid the scores of the classes and a box; then non-maximum suppression."""

    def __init__(self, width: int = 16) -> None:
        super().__init__()
        self.body = nn.Sequential(
            self.layer(3, width), self.layer(width, 2 * width), self.layer(2 * width, 3 * width),
            nn.Conv2d(3 * width, 3 * width, 5, padding=2, groups=3 * width), nn.Conv2d(3 * width, 3 * width, 1), nn.ReLU(),
            nn.Conv2d(3 * width, tasks.SHAPES + 3, 1))

    @staticmethod
    def layer(inputs: int, outputs: int) -> nn.Sequential:
        return nn.Sequential(nn.Conv2d(inputs, outputs, 3, 2, 1, bias=False), nn.BatchNorm2d(outputs), nn.Hardswish())

    def forward(self, image: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
        maps = self.body(image)
        scores = maps[:, :tasks.SHAPES].flatten(2).sigmoid()
        side = SCENE_SIDE // STRIDE
        line = (torch.arange(side, dtype=maps.dtype) + 0.5) * STRIDE
        centres = torch.stack(torch.meshgrid(line, line, indexing="xy"), 0).reshape(1, 2, side * side)
        offsets, sizes = maps[:, tasks.SHAPES:tasks.SHAPES + 2].flatten(2), maps[:, tasks.SHAPES + 2:].flatten(2)
        centres, radii = centres + offsets * STRIDE, functional.softplus(sizes) * STRIDE
        boxes = torch.cat([centres - radii, centres + radii], 1).transpose(1, 2)
        kept = nms(boxes, scores)
        which, kind, box = kept[:, 0], kept[:, 1], kept[:, 2]
        return boxes[which, box], scores[which, kind, box], kind, which


def detector_loss(model: Detector, rng: np.random.Generator) -> torch.Tensor:
    images, truths = zip(*(tasks.scene(rng) for _ in range(16)))
    maps = model.body(torch.from_numpy(np.stack(images)))
    target = torch.zeros_like(maps)
    for row, found in enumerate(truths):
        for kind, x, y, radius, _ in found:
            i, j = y // STRIDE, x // STRIDE
            target[row, kind, i, j] = 1
            place = [x / STRIDE - j - 0.5, y / STRIDE - i - 0.5, np.log(np.expm1(radius / STRIDE))]
            target[row, tasks.SHAPES:, i, j] = torch.tensor(place, dtype=maps.dtype)
    scores, wanted = maps[:, :tasks.SHAPES], target[:, :tasks.SHAPES]
    there = wanted.sum(1, keepdim=True)
    loss = functional.binary_cross_entropy_with_logits(scores, wanted, pos_weight=torch.tensor(3.0))
    return 4 * loss + ((maps[:, tasks.SHAPES:] - target[:, tasks.SHAPES:]).abs() * there).sum() / there.sum()


def classification(model: nn.Module, tokens: np.ndarray, wanted: np.ndarray) -> torch.Tensor:
    data = torch.from_numpy(tokens)
    outputs = model(data, data == tasks.PADDING) if isinstance(model, Encoder) else model(data)
    return functional.cross_entropy(outputs.flatten(0, -2), torch.from_numpy(wanted).flatten())


def unet_loss(model: nn.Module, rng: np.random.Generator) -> torch.Tensor:
    images, masks = (torch.from_numpy(np.stack(part)) for part in zip(*(tasks.blobs(rng) for _ in range(8))))
    return functional.binary_cross_entropy_with_logits(model(images), masks)


def convnext_loss(model: nn.Module, rng: np.random.Generator) -> torch.Tensor:
    kinds = rng.integers(0, pictures.CLASSES, 32)
    images = np.stack([pictures.picture(rng, int(kind), IMAGE_SIDE) for kind in kinds])
    return functional.cross_entropy(model(torch.from_numpy(images)), torch.from_numpy(kinds))


def trained(model: nn.Module, loss, steps: int, rate: float = 3e-3) -> nn.Module:
    rng = np.random.default_rng(17)
    optimizer = torch.optim.AdamW(model.parameters(), rate)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, steps)
    for step in range(steps):
        optimizer.zero_grad()
        value = loss(model, rng)
        value.backward()
        optimizer.step()
        schedule.step()
        if step % 50 == 0 or step == steps - 1:
            print(f"  step {step}: loss {value.item():.4f}", flush=True)
    return model.eval()


# Network, loss, steps, example inputs (tuple), names of inputs and outputs, dynamic axes.
TEXT = {0: "batch", 1: "length"}
BATCH = {0: "batch"}
NETWORKS = {
    "encoder": (
        Encoder, lambda m, rng: classification(m, *tasks.topical(rng, 64)), 400,
        lambda: (torch.ones(2, 24, dtype=torch.int64), torch.arange(24).repeat(2, 1) > 20),
        ["tokens", "padding"], ["logits"], [TEXT, TEXT]),
    "tagger": (
        Tagger, lambda m, rng: classification(m, *tasks.tagged(rng, 64)), 300,
        lambda: (torch.ones(2, 24, dtype=torch.int64),), ["tokens"], ["logits"], [TEXT]),
    "unet": (UNet, unet_loss, 150, lambda: (torch.zeros(2, 1, 64, 64),), ["image"], ["mask"], [BATCH]),
    "convnext": (
        ConvNeXt, convnext_loss, 200, lambda: (torch.zeros(2, 3, IMAGE_SIDE, IMAGE_SIDE),), ["image"], ["logits"], [BATCH]),
    "detector": (
        Detector, detector_loss, 800, lambda: (torch.zeros(2, 3, SCENE_SIDE, SCENE_SIDE),),
        ["image"], ["boxes", "scores", "classes", "images"], [BATCH]),
}


def export(model: nn.Module, name: str, example: tuple, inputs: list, outputs: list, axes: list, dynamo: bool) -> None:
    file = ROOT / "models/torch" / f"{name}.{'dynamo' if dynamo else 'torchscript'}.onnx"
    file.parent.mkdir(parents=True, exist_ok=True)
    if dynamo:
        dimensions = {axis: torch.export.Dim(axis, min=1, max=64) for axis in ("batch", "length")}
        shapes = tuple({k: dimensions[axis] for k, axis in a.items()} for a in axes)
        table = {torch.ops.bitdepth_export.nms.default: nms_dynamo}
        torch.onnx.export(
            model, example, file, input_names=inputs, output_names=outputs, dynamic_shapes=shapes, dynamo=True,
            opset_version=OPSETS["dynamo"], external_data=False, custom_translation_table=table)
    else:
        torch.onnx.register_custom_op_symbolic("bitdepth_export::nms", nms_torchscript, OPSETS["torchscript"])
        found = {output: {0: "found"} for output in outputs} if name == "detector" else {}
        texts = {output: axes[0] for output in outputs} if name == "tagger" else {output: BATCH for output in outputs}
        torch.onnx.export(
            model, example, file, input_names=inputs, output_names=outputs, dynamo=False, opset_version=OPSETS["torchscript"],
            dynamic_axes={**dict(zip(inputs, axes)), **(found or texts)})
    strip(file)
    print(f"  {file.name}: {file.stat().st_size} bytes", flush=True)


def strip(file: pathlib.Path) -> None:
    """Takes out the notes about the exporting program's source, which hold paths of the machine."""
    model = onnx.load(file)
    graphs = [model.graph, *model.functions]
    for graph in graphs:
        for node in graph.node:
            node.doc_string = ""
            del node.metadata_props[:]
        for value in [*graph.value_info, *getattr(graph, "input", []), *getattr(graph, "output", [])]:
            if hasattr(value, "metadata_props"):
                del value.metadata_props[:]
        del graph.metadata_props[:]
    del model.metadata_props[:]
    onnx.checker.check_model(model)
    file.write_bytes(model.SerializeToString(deterministic=True))


def main() -> None:
    torch.set_num_threads(1)
    torch.backends.mha.set_fastpath_enabled(False)
    for name in sys.argv[1:] or NETWORKS:
        make, loss, steps, example, *rest = NETWORKS[name]
        torch.manual_seed(29)
        print(name, flush=True)
        model = trained(make(), loss, steps)
        for dynamo in (False, True):
            export(model, name, example(), *rest, dynamo)


if __name__ == "__main__":
    main()
