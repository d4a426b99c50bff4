"""The networks by name."""
from networks import convolutions, recurrent, transformers

NETWORKS = {
    "mobilenetv2": convolutions.mobilenetv2, "efficientnet-lite0": convolutions.efficientnet_lite0,
    "resnet50": convolutions.resnet50, "bert": transformers.bert, "vit": transformers.vit, "lstm": recurrent.lstm,
    "gru": recurrent.gru,
}
