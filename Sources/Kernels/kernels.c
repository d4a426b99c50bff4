/// The table of each instruction set.
#include "internal.h"

#pragma STDC FP_CONTRACT OFF

#define BD_SUM_ENTRIES(isa)                                                                             \
  .qgemm_packed_bytes = bd_qgemm_packed_bytes_##isa, .qgemm_pack = bd_qgemm_pack_##isa,                 \
  .qgemm = bd_qgemm_##isa

#define BD_DEPTHWISE_ENTRIES(isa)                                                                       \
  .qdepthwise_packed_bytes = bd_qdepthwise_packed_bytes_##isa,                                          \
  .qdepthwise_pack = bd_qdepthwise_pack_##isa, .qdepthwise = bd_qdepthwise_##isa

#define BD_INTEGER_ENTRIES(isa) BD_SUM_ENTRIES(isa), BD_DEPTHWISE_ENTRIES(isa)

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

#define BD_NBITS_ENTRIES(isa) .nbits_begin = bd_nbits_begin_##isa, .nbits = bd_nbits_##isa

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
    BD_NBITS_ENTRIES(scalar),
};

#if BD_X86

static const bd_kernels avx2_kernels = {
    .isa = BD_ISA_AVX2,
    .name = "avx2",
    BD_INTEGER_ENTRIES(avx2),
    .qgemm_is_narrow = bd_qgemm_is_narrow_avx2,
    .qwinograd_packed_bytes = bd_qwinograd_packed_bytes_avx2,
    .qwinograd_pack = bd_qwinograd_pack_avx2,
    .qwinograd = bd_qwinograd_avx2,
    BD_QUANTIZING_ENTRIES(avx2),
    BD_ELEMENTWISE_ENTRIES(avx2),
    BD_POOL_ENTRIES(avx2),
    BD_FLOAT_ENTRIES(avx2),
    BD_VECTOR_ENTRIES(avx2),
    BD_RECURRENT_ENTRIES(avx2),
    BD_NBITS_ENTRIES(avx2),
};

static const bd_kernels avxvnni_kernels = {
    .isa = BD_ISA_AVXVNNI,
    .name = "avxvnni",
    BD_INTEGER_ENTRIES(avxvnni),
    BD_QUANTIZING_ENTRIES(avx2),
    BD_ELEMENTWISE_ENTRIES(avx2),
    BD_POOL_ENTRIES(avx2),
    BD_FLOAT_ENTRIES(avx2),
    BD_VECTOR_ENTRIES(avx2),
    BD_RECURRENT_ENTRIES(avx2),
    BD_NBITS_ENTRIES(avx2),
};

static const bd_kernels avx512vnni_kernels = {
    .isa = BD_ISA_AVX512VNNI,
    .name = "avx512vnni",
    BD_INTEGER_ENTRIES(avx512vnni),
    .qnibble_packed_bytes = bd_qnibble_packed_bytes_avx512vnni,
    .qnibble_pack = bd_qnibble_pack_avx512vnni,
    .qnibble = bd_qnibble_avx512vnni,
    BD_QUANTIZING_ENTRIES(avx512vnni),
    BD_ELEMENTWISE_ENTRIES(avx2),
    BD_POOL_ENTRIES(avx2),
    BD_FLOAT_ENTRIES(avx512vnni),
    BD_VECTOR_ENTRIES(avx512vnni),
    BD_RECURRENT_ENTRIES(avx512vnni),
    BD_NBITS_ENTRIES(avx512vnni),
};

static const bd_kernels amx_kernels = {
    .isa = BD_ISA_AMX,
    .name = "amx",
    BD_SUM_ENTRIES(amx),
    .qnibble_packed_bytes = bd_qnibble_packed_bytes_avx512vnni,
    .qnibble_pack = bd_qnibble_pack_avx512vnni,
    .qnibble = bd_qnibble_avx512vnni,
    BD_DEPTHWISE_ENTRIES(avx512vnni),
    BD_QUANTIZING_ENTRIES(avx512vnni),
    BD_ELEMENTWISE_ENTRIES(avx2),
    BD_POOL_ENTRIES(avx2),
    BD_FLOAT_ENTRIES(avx512vnni),
    BD_VECTOR_ENTRIES(avx512vnni),
    BD_RECURRENT_ENTRIES(avx512vnni),
    BD_NBITS_ENTRIES(avx512vnni),
};

#endif

#if BD_ARM64

static const bd_kernels neon_kernels = {
    .isa = BD_ISA_NEON,
    .name = "neon",
    BD_INTEGER_ENTRIES(neon),
    BD_QUANTIZING_ENTRIES(neon),
    BD_ELEMENTWISE_ENTRIES(neon),
    BD_POOL_ENTRIES(neon),
    BD_FLOAT_ENTRIES(neon),
    BD_VECTOR_ENTRIES(neon),
    BD_RECURRENT_ENTRIES(neon),
    BD_NBITS_ENTRIES(scalar),
};

static const bd_kernels neondot_kernels = {
    .isa = BD_ISA_NEONDOT,
    .name = "neondot",
    BD_INTEGER_ENTRIES(neondot),
    BD_QUANTIZING_ENTRIES(neon),
    BD_ELEMENTWISE_ENTRIES(neon),
    BD_POOL_ENTRIES(neon),
    BD_FLOAT_ENTRIES(neon),
    BD_VECTOR_ENTRIES(neon),
    BD_RECURRENT_ENTRIES(neondot),
    BD_NBITS_ENTRIES(scalar),
};

#endif

bool bd_isa_supported(bd_isa isa) { return (unsigned)isa < BD_ISA_COUNT && (bd_offered_isas() >> isa & 1); }

/// AMX only by name: no processor that has it has run these kernels yet.
bd_isa bd_best_isa(void) {
  int best = BD_ISA_COUNT - 1;
  while (best == BD_ISA_AMX || !bd_isa_supported((bd_isa)best)) best--;
  return (bd_isa)best;
}

const bd_kernels *bd_kernels_for(bd_isa isa) {
  if (!bd_isa_supported(isa)) return NULL;
  switch (isa) {
#if BD_X86
    case BD_ISA_AMX: return &amx_kernels;
    case BD_ISA_AVX512VNNI: return &avx512vnni_kernels;
    case BD_ISA_AVXVNNI: return &avxvnni_kernels;
    case BD_ISA_AVX2: return &avx2_kernels;
#endif
#if BD_ARM64
    case BD_ISA_NEONDOT: return &neondot_kernels;
    case BD_ISA_NEON: return &neon_kernels;
#endif
    default: return &scalar_kernels;
  }
}
