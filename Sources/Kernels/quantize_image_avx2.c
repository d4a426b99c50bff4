/// Quantization of images by the element-wise kernel of this instruction set.
#include "internal.h"

#if BD_X86
#define BD_ISA avx2
#define BD_TARGET BD_AVX2
#include "turn_rgb_avx2.h"

#include "quantize_image.h"
#endif
