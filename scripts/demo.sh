#!/usr/bin/env bash
# Quantizes the bundled float network for Fashion-MNIST and shows what that cost.
#
#   scripts/demo.sh BITDEPTH
#
# BITDEPTH is the built command. The images come from Debian's package dataset-fashion-mnist; their labels are used for
# the evaluation alone.
set -euo pipefail

if (($# != 1)); then sed -n '2,7s/^# \{0,1\}//p' "$0" >&2; exit 64; fi
bitdepth=$(realpath "$1")
cd "$(dirname "$0")/.."

data=$(dpkg -L dataset-fashion-mnist 2>/dev/null | grep '/t10k-images-idx3-ubyte\.gz$' | head -n 1 || true)
if [[ -z $data ]]; then
    echo "demo: no Fashion-MNIST; install the package dataset-fashion-mnist (make setup)" >&2
    exit 66
fi
data=$(dirname "$data")

float=models/fashion-resnet.onnx
int8=build/demo/resnet.int8.onnx
mkdir -p build/demo

step() { printf '\n— %s\n' "$*"; }

step "Quantize: 512 training images, no labels"
"$bitdepth" quantize "$float" --data "$data/train-images-idx3-ubyte.gz" --samples 512 \
    --preprocess scale=255,mean=0.2860,std=0.3530 -o "$int8" --force

step "Evaluate: float and INT8 on the 10,000 test images"
"$bitdepth" eval "$int8" --data "$data/t10k-images-idx3-ubyte.gz" --labels "$data/t10k-labels-idx1-ubyte.gz" \
    --baseline "$float" --fail-if 'top1.drop > 0.5%'

step "Compare: which layers lost most, on 64 test images"
"$bitdepth" compare "$float" "$int8" --data "$data/t10k-images-idx3-ubyte.gz" --samples 64

step "Time per image"
"$bitdepth" bench "$float" "$int8" --threads 1,2

printf '\nThe quantized network: %s\n' "$int8"
