"""What is compared for each network: which files, and which engines run them. Needs no PyTorch."""
import dataclasses


@dataclasses.dataclass(frozen=True)
class Kind:
    """Which files are timed beside the float one and its INT8 form."""

    #: The spelling with operators on codes.
    qoperator: bool = False
    #: What ONNX Runtime's dynamic quantization makes.
    dynamic: bool = False
    #: LiteRT's.
    lite: bool = False
    #: OpenVINO does not load recurrent layers whose weights are codes.
    openvino: bool = True


CONVOLUTION = Kind(qoperator=True, lite=True)
TRANSFORMER = Kind(dynamic=True)
RECURRENT = Kind(openvino=False)

KINDS = {
    "mobilenetv2": CONVOLUTION, "efficientnet-lite0": CONVOLUTION, "resnet50": CONVOLUTION, "bert": TRANSFORMER,
    "vit": TRANSFORMER, "lstm": RECURRENT, "gru": RECURRENT,
}
