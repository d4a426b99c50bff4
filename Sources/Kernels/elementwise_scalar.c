/// Element-wise kernels, one element at a time: the reference of the vector ones.
#include "internal.h"

#pragma STDC FP_CONTRACT OFF

/// A real divided by the scale, with NaN made 0 so that it becomes the zero point.
static float in_units(float real, float scale) {
  const float units = real / scale;
  return units == units ? units : 0.0f;
}

void bd_quantize_u8_scalar(const float *input, uint8_t *output, float scale, int32_t zero_point, int64_t begin,
                           int64_t end) {
  for (int64_t i = begin; i < end; i++) output[i] = bd_saturate(in_units(input[i], scale), zero_point, 0, 255);
}

void bd_dequantize_u8_scalar(const uint8_t *input, float *output, float scale, int32_t zero_point, int64_t begin,
                             int64_t end) {
  for (int64_t i = begin; i < end; i++) output[i] = (float)(input[i] - zero_point) * scale;
}

void bd_map_u8_scalar(const uint8_t table[256], const uint8_t *input, uint8_t *output, int64_t begin, int64_t end) {
  for (int64_t i = begin; i < end; i++) output[i] = table[input[i]];
}

/// One operation on two reals.
BD_INLINE float apply(bd_binary_operation operation, float left, float right) {
  switch (operation) {
    case BD_ADD: return left + right;
    case BD_SUBTRACT: return left - right;
    case BD_MULTIPLY: return left * right;
    default: return left / right;
  }
}

void bd_qbinary_scalar(const bd_qbinary *job, int64_t begin, int64_t end) {
  for (int64_t i = begin; i < end; i++) {
    const float left = (float)(job->left[i * job->left_step] - job->left_zero) * job->left_scale;
    const float right = (float)(job->right[i * job->right_step] - job->right_zero) * job->right_scale;
    const float units = in_units(apply(job->operation, left, right), job->output_scale);
    job->output[i] = bd_saturate(units, job->output_zero, job->minimum, job->maximum);
  }
}

void bd_sbinary_scalar(const bd_sbinary *job, int64_t begin, int64_t end) {
  for (int64_t i = begin; i < end; i++)
    job->output[i] = bd_clamp(apply(job->operation, job->left[i], job->right[i]), job->minimum, job->maximum);
}

void bd_sclamp_scalar(const float *input, float *output, float minimum, float maximum, int64_t begin, int64_t end) {
  for (int64_t i = begin; i < end; i++) output[i] = bd_clamp(input[i], minimum, maximum);
}
