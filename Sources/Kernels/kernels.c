/// Which instruction sets run here, and the table of each.
#include "internal.h"

#if BD_X86
#include <cpuid.h>
#endif

#pragma STDC FP_CONTRACT OFF

#define BD_INTEGER_ENTRIES(isa)                                                                         \
  .qgemm_packed_bytes = bd_qgemm_packed_bytes_##isa, .qgemm_pack = bd_qgemm_pack_##isa,                 \
  .qgemm = bd_qgemm_##isa, .qdepthwise_packed_bytes = bd_qdepthwise_packed_bytes_##isa,                 \
  .qdepthwise_pack = bd_qdepthwise_pack_##isa, .qdepthwise = bd_qdepthwise_##isa

#define BD_ELEMENTWISE_ENTRIES(isa)                                                                     \
  .dequantize_u8 = bd_dequantize_u8_##isa, .map_u8 = bd_map_u8_##isa, .sbinary = bd_sbinary_##isa,      \
  .sclamp = bd_sclamp_##isa

#define BD_QUANTIZING_ENTRIES(isa)                                                                      \
  .quantize_u8 = bd_quantize_u8_##isa, .quantize_image = bd_quantize_image_##isa, .qbinary = bd_qbinary_##isa

#define BD_POOL_ENTRIES(isa)                                                                            \
  .qmaxpool = bd_qmaxpool_##isa, .qaveragepool = bd_qaveragepool_##isa, .smaxpool = bd_smaxpool_##isa,  \
  .saveragepool = bd_saveragepool_##isa

#define BD_FLOAT_ENTRIES(isa)                                                                           \
  .sgemm_packed_floats = bd_sgemm_packed_floats_##isa, .sgemm_pack = bd_sgemm_pack_##isa,               \
  .sgemm = bd_sgemm_##isa, .sdepthwise_packed_floats = bd_sdepthwise_packed_floats_##isa,               \
  .sdepthwise_pack = bd_sdepthwise_pack_##isa, .sdepthwise = bd_sdepthwise_##isa

#define BD_VECTOR_ENTRIES(isa)                                                                          \
  .sunary = bd_sunary_##isa, .sbroadcast = bd_sbroadcast_##isa, .sreduce = bd_sreduce_##isa,            \
  .ssoftmax = bd_ssoftmax_##isa, .snormalize = bd_snormalize_##isa, .saffine = bd_saffine_##isa,        \
  .schannelsums = bd_schannelsums_##isa

#define BD_RECURRENT_ENTRIES(isa)                                                                       \
  .recurrent_packed_bytes = bd_recurrent_packed_bytes_##isa, .recurrent_pack = bd_recurrent_pack_##isa, \
  .qrecurrent_pack = bd_qrecurrent_pack_##isa, .qrecurrent_begin = bd_qrecurrent_begin_##isa,           \
  .recurrent = bd_recurrent_##isa

static const bd_kernels scalar_kernels = {
    .isa = BD_ISA_SCALAR,
    .name = "scalar",
    BD_INTEGER_ENTRIES(scalar),
    BD_QUANTIZING_ENTRIES(scalar),
    BD_ELEMENTWISE_ENTRIES(scalar),
    BD_POOL_ENTRIES(scalar),
    BD_FLOAT_ENTRIES(scalar),
    BD_VECTOR_ENTRIES(scalar),
    BD_RECURRENT_ENTRIES(scalar),
};

#if BD_X86

static const bd_kernels avx2_kernels = {
    .isa = BD_ISA_AVX2,
    .name = "avx2",
    BD_INTEGER_ENTRIES(avx2),
    .qwinograd_packed_bytes = bd_qwinograd_packed_bytes_avx2,
    .qwinograd_pack = bd_qwinograd_pack_avx2,
    .qwinograd = bd_qwinograd_avx2,
    BD_QUANTIZING_ENTRIES(avx2),
    BD_ELEMENTWISE_ENTRIES(avx2),
    BD_POOL_ENTRIES(avx2),
    BD_FLOAT_ENTRIES(avx2),
    BD_VECTOR_ENTRIES(avx2),
    BD_RECURRENT_ENTRIES(avx2),
};

static const bd_kernels avx512vnni_kernels = {
    .isa = BD_ISA_AVX512VNNI,
    .name = "avx512vnni",
    BD_INTEGER_ENTRIES(avx512vnni),
    BD_QUANTIZING_ENTRIES(avx512vnni),
    BD_ELEMENTWISE_ENTRIES(avx2),
    BD_POOL_ENTRIES(avx2),
    BD_FLOAT_ENTRIES(avx512vnni),
    BD_VECTOR_ENTRIES(avx512vnni),
    BD_RECURRENT_ENTRIES(avx512vnni),
};

/// Whether the bits of `wanted` are all set in `value`.
static bool has(uint32_t value, uint32_t wanted) { return (value & wanted) == wanted; }

/// The register states that the operating system saves (XCR0); 0 where it saves none.
static uint32_t saved_states(uint32_t leaf1_ecx) {
  if (!has(leaf1_ecx, bit_OSXSAVE)) return 0;
  uint32_t low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return low;
}

/// Asks the processor by cpuid, which needs nothing of the C runtime.
static bd_isa detect(void) {
  enum { YMM_STATES = 0x06, ZMM_STATES = 0xE6 };
  uint32_t a, b, c, d, ecx1;
  if (!__get_cpuid(1, &a, &b, &ecx1, &d)) return BD_ISA_SCALAR;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return BD_ISA_SCALAR;
  const uint32_t states = saved_states(ecx1);
  if (!has(states, YMM_STATES) || !has(ecx1, bit_AVX | bit_FMA | bit_F16C) || !has(b, bit_AVX2)) return BD_ISA_SCALAR;
  const uint32_t avx512 = bit_AVX512F | bit_AVX512BW | bit_AVX512VL | bit_AVX512DQ;
  if (!has(states, ZMM_STATES) || !has(b, avx512) || !has(c, bit_AVX512VNNI)) return BD_ISA_AVX2;
  return BD_ISA_AVX512VNNI;
}

#else

static bd_isa detect(void) { return BD_ISA_SCALAR; }

#endif

bd_isa bd_best_isa(void) { return detect(); }

bool bd_isa_supported(bd_isa isa) { return (int)isa >= 0 && isa <= detect(); }

const bd_kernels *bd_kernels_for(bd_isa isa) {
  if (!bd_isa_supported(isa)) return NULL;
  switch (isa) {
#if BD_X86
    case BD_ISA_AVX512VNNI: return &avx512vnni_kernels;
    case BD_ISA_AVX2: return &avx2_kernels;
#endif
    default: return &scalar_kernels;
  }
}
