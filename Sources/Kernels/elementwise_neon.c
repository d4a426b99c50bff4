/// Element-wise kernels by NEON, 16 codes or 4 reals at a time; the elements that are left over go through the scalar ones.
#include "quotients.h"

#if BD_ARM64
#include "floats_neon.h"

#pragma STDC FP_CONTRACT OFF

enum { TOGETHER = 16 };

/// What turns reals into codes.
typedef struct {
  float32x4_t scale, inverse, doubtful;
  int16x8_t zero_point;
  uint8x16_t minimum, maximum;
} quantizer;

static quantizer make_quantizer(float scale, int32_t zero_point, int32_t minimum, int32_t maximum) {
  const bd_quotient quotient = bd_make_quotient(scale);
  return (quantizer){splat(scale),
                     splat(quotient.inverse),
                     splat(quotient.doubtful),
                     vdupq_n_s16((int16_t)zero_point),
                     vdupq_n_u8((uint8_t)minimum),
                     vdupq_n_u8((uint8_t)maximum)};
}

/// Rounds products with the inverse, and tells which elements might round otherwise if they were divided: NaN is one.
BD_INLINE int32x4_t round_product(const quantizer *own, float32x4_t reals, uint32x4_t *certain) {
  const float32x4_t units = vmulq_f32(reals, own->inverse);
  const int32x4_t rounded = vcvtnq_s32_f32(units);
  const float32x4_t distance = vabdq_f32(units, vcvtq_f32_s32(rounded));
  *certain = vandq_u32(*certain, vcltq_f32(distance, own->doubtful));
  return rounded;
}

/// Divides by the scale and rounds. The conversion saturates, and makes 0 of NaN.
__attribute__((noinline)) static void divide(const quantizer *own, const float32x4_t reals[4], int32x4_t units[4]) {
  for (int j = 0; j < 4; j++) units[j] = vcvtnq_s32_f32(vdivq_f32(reals[j], own->scale));
}

/// The codes of 16 reals.
BD_INLINE uint8x16_t quantize(const quantizer *own, const float32x4_t reals[4]) {
  int32x4_t units[4];
  uint32x4_t certain = vdupq_n_u32(~0u);
  BD_UNROLL for (int j = 0; j < 4; j++) units[j] = round_product(own, reals[j], &certain);
  if (__builtin_expect(vminvq_u32(certain) == 0, 0)) divide(own, reals, units);
  const int16x8_t low = vcombine_s16(vqmovn_s32(units[0]), vqmovn_s32(units[1]));
  const int16x8_t high = vcombine_s16(vqmovn_s32(units[2]), vqmovn_s32(units[3]));
  const uint8x16_t codes = vcombine_u8(vqmovun_s16(vqaddq_s16(low, own->zero_point)),
                                       vqmovun_s16(vqaddq_s16(high, own->zero_point)));
  return vminq_u8(vmaxq_u8(codes, own->minimum), own->maximum);
}

void bd_quantize_u8_neon(const float *input, uint8_t *output, float scale, int32_t zero_point, int64_t begin,
                         int64_t end) {
  const quantizer quantizer = make_quantizer(scale, zero_point, 0, 255);
  int64_t i = begin;
  for (; i + TOGETHER <= end; i += TOGETHER) {
    float32x4_t reals[4];
    BD_UNROLL for (int j = 0; j < 4; j++) reals[j] = load(input + i + j * LANES);
    vst1q_u8(output + i, quantize(&quantizer, reals));
  }
  bd_quantize_u8_scalar(input, output, scale, zero_point, i, end);
}

/// The reals of 16 codes.
BD_INLINE void dequantize(const uint8_t *codes, int16x8_t zero_point, float32x4_t scale, float32x4_t reals[4]) {
  const uint8x16_t bytes = vld1q_u8(codes);
  const int16x8_t low = vsubq_s16(vreinterpretq_s16_u16(vmovl_u8(vget_low_u8(bytes))), zero_point);
  const int16x8_t high = vsubq_s16(vreinterpretq_s16_u16(vmovl_high_u8(bytes)), zero_point);
  reals[0] = vmulq_f32(vcvtq_f32_s32(vmovl_s16(vget_low_s16(low))), scale);
  reals[1] = vmulq_f32(vcvtq_f32_s32(vmovl_high_s16(low)), scale);
  reals[2] = vmulq_f32(vcvtq_f32_s32(vmovl_s16(vget_low_s16(high))), scale);
  reals[3] = vmulq_f32(vcvtq_f32_s32(vmovl_high_s16(high)), scale);
}

void bd_dequantize_u8_neon(const uint8_t *input, float *output, float scale, int32_t zero_point, int64_t begin,
                           int64_t end) {
  const int16x8_t zero = vdupq_n_s16((int16_t)zero_point);
  int64_t i = begin;
  for (; i + TOGETHER <= end; i += TOGETHER) {
    float32x4_t reals[4];
    dequantize(input + i, zero, splat(scale), reals);
    BD_UNROLL for (int j = 0; j < 4; j++) store(output + i + j * LANES, reals[j]);
  }
  bd_dequantize_u8_scalar(input, output, scale, zero_point, i, end);
}

/// Looks codes up in one quarter of a table at a time: tbx leaves elements whose index lies outside of it.
void bd_map_u8_neon(const uint8_t table[256], const uint8_t *input, uint8_t *output, int64_t begin, int64_t end) {
  const uint8x16x4_t first = vld1q_u8_x4(table), second = vld1q_u8_x4(table + 64);
  const uint8x16x4_t third = vld1q_u8_x4(table + 128), fourth = vld1q_u8_x4(table + 192);
  int64_t i = begin;
  for (; i + TOGETHER <= end; i += TOGETHER) {
    const uint8x16_t codes = vld1q_u8(input + i);
    uint8x16_t values = vqtbl4q_u8(first, codes);
    values = vqtbx4q_u8(values, second, vsubq_u8(codes, vdupq_n_u8(64)));
    values = vqtbx4q_u8(values, third, vsubq_u8(codes, vdupq_n_u8(128)));
    values = vqtbx4q_u8(values, fourth, vsubq_u8(codes, vdupq_n_u8(192)));
    vst1q_u8(output + i, values);
  }
  bd_map_u8_scalar(table, input, output, i, end);
}

/// One operation on 4 pairs of reals.
BD_INLINE float32x4_t apply(const bd_binary_operation operation, float32x4_t left, float32x4_t right) {
  switch (operation) {
    case BD_ADD: return vaddq_f32(left, right);
    case BD_SUBTRACT: return vsubq_f32(left, right);
    case BD_MULTIPLY: return vmulq_f32(left, right);
    default: return vdivq_f32(left, right);
  }
}

/// An operand of an operation: codes that follow one another, or one real for all elements.
typedef struct {
  const uint8_t *codes;
  int16x8_t zero_point;
  float32x4_t scale, real;
} operand;

static operand make_operand(const uint8_t *codes, int32_t zero_point, float scale) {
  return (operand){codes, vdupq_n_s16((int16_t)zero_point), splat(scale), splat((float)(codes[0] - zero_point) * scale)};
}

BD_INLINE void reals_of(const operand *operand, const bool moves, int64_t i, float32x4_t reals[4]) {
  if (moves) dequantize(operand->codes + i, operand->zero_point, operand->scale, reals);
  else BD_UNROLL for (int j = 0; j < 4; j++) reals[j] = operand->real;
}

/// As many elements as fill whole registers; returns where it stopped. The operation and what moves are constants.
BD_INLINE int64_t qbinary(const bd_qbinary *job, const bd_binary_operation operation, const bool left_moves,
                          const bool right_moves, int64_t begin, int64_t end) {
  const quantizer quantizer = make_quantizer(job->output_scale, job->output_zero, job->minimum, job->maximum);
  const operand left = make_operand(job->left, job->left_zero, job->left_scale);
  const operand right = make_operand(job->right, job->right_zero, job->right_scale);
  int64_t i = begin;
  BD_NO_UNROLL for (; i + TOGETHER <= end; i += TOGETHER) {
    float32x4_t a[4], b[4];
    reals_of(&left, left_moves, i, a);
    reals_of(&right, right_moves, i, b);
    BD_UNROLL for (int j = 0; j < 4; j++) a[j] = apply(operation, a[j], b[j]);
    vst1q_u8(job->output + i, quantize(&quantizer, a));
  }
  return i;
}

BD_INLINE int64_t qbinary_as(const bd_qbinary *job, const bd_binary_operation operation, int64_t begin, int64_t end) {
  if (job->left_step && job->right_step) return qbinary(job, operation, true, true, begin, end);
  if (job->left_step) return qbinary(job, operation, true, false, begin, end);
  if (job->right_step) return qbinary(job, operation, false, true, begin, end);
  return begin;
}

void bd_qbinary_neon(const bd_qbinary *job, int64_t begin, int64_t end) {
  if (begin >= end) return;
  switch (job->operation) {
    case BD_ADD: begin = qbinary_as(job, BD_ADD, begin, end); break;
    case BD_SUBTRACT: begin = qbinary_as(job, BD_SUBTRACT, begin, end); break;
    case BD_MULTIPLY: begin = qbinary_as(job, BD_MULTIPLY, begin, end); break;
    case BD_DIVIDE: begin = qbinary_as(job, BD_DIVIDE, begin, end); break;
  }
  bd_qbinary_scalar(job, begin, end);
}

void bd_sbinary_neon(const bd_sbinary *job, int64_t begin, int64_t end) {
  if (begin >= end) return;
  const bd_sbroadcast both_move = {*job, 1, 1};
  bd_sbroadcast_neon(&both_move, begin, end);
}

void bd_sclamp_neon(const float *input, float *output, float minimum, float maximum, int64_t begin, int64_t end) {
  int64_t i = begin;
  for (; i + LANES <= end; i += LANES) store(output + i, clamp(load(input + i), splat(minimum), splat(maximum)));
  bd_sclamp_scalar(input, output, minimum, maximum, i, end);
}

#endif
