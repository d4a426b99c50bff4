// Room Quantization
