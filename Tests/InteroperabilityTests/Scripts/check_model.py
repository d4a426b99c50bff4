"""Lets onnx.checker look at a model with full checks: python check_model.py MODEL"""
import sys

import onnx

onnx.checker.check_model(sys.argv[1], full_check=True)
print("ok", onnx.load(sys.argv[1]).opset_import[0].version)
