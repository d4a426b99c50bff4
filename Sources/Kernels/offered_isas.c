/// Which instruction sets this processor and operating system offer.
#define _GNU_SOURCE  // for syscall
#include "internal.h"

#define BIT(isa) (1u << BD_ISA_##isa)

#if BD_X86 && !defined(BD_EMULATED)
#include <cpuid.h>

#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif

/// Whether the bits of `wanted` are all set in `value`.
static bool has(uint32_t value, uint32_t wanted) { return (value & wanted) == wanted; }

/// The register states that the operating system saves (XCR0); 0 where it saves none.
static uint32_t saved_states(uint32_t leaf1_ecx) {
  if (!has(leaf1_ecx, bit_OSXSAVE)) return 0;
  uint32_t low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return low;
}

/// Linux lets a process use tiles when it has asked for them, as threads that never do need not save them.
static bool may_use_tiles(void) {
#if defined(__linux__)
  enum { ARCH_REQ_XCOMP_PERM = 0x1023, XFEATURE_XTILEDATA = 18 };
  return syscall(SYS_arch_prctl, ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA) == 0;
#else
  return false;
#endif
}

/// Asks the processor by cpuid, which needs nothing of the C runtime.
uint32_t bd_offered_isas(void) {
  enum { YMM_STATES = 0x06, ZMM_STATES = 0xE6, TILE_STATES = 0x60000 };
  enum { AVX_VNNI = 1 << 4, AMX_TILE_AND_INT8 = 3 << 24 };  // of leaf 7, not in all versions of cpuid.h
  uint32_t a, b, c, d, ecx1, more, offered = BIT(SCALAR);
  if (!__get_cpuid(1, &a, &b, &ecx1, &d)) return offered;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return offered;
  const uint32_t states = saved_states(ecx1);
  if (!has(states, YMM_STATES) || !has(ecx1, bit_AVX | bit_FMA | bit_F16C) || !has(b, bit_AVX2)) return offered;
  offered |= BIT(AVX2);
  if (__get_cpuid_count(7, 1, &more, &a, &a, &a) && has(more, AVX_VNNI)) offered |= BIT(AVXVNNI);
  const uint32_t avx512 = bit_AVX512F | bit_AVX512BW | bit_AVX512VL | bit_AVX512DQ;
  if (has(states, ZMM_STATES) && has(b, avx512) && has(c, bit_AVX512VNNI)) offered |= BIT(AVX512VNNI);
  if (!has(offered, BIT(AVX512VNNI)) || !has(states, TILE_STATES) || !has(d, AMX_TILE_AND_INT8)) return offered;
  if (may_use_tiles()) offered |= BIT(AMX);
  return offered;
}

#elif BD_X86

uint32_t bd_offered_isas(void) { return BIT(SCALAR) | BIT(AVX2) | BIT(AVXVNNI) | BIT(AVX512VNNI) | BIT(AMX); }

#elif BD_ARM64

#if defined(__linux__)
#include <sys/auxv.h>
#endif

uint32_t bd_offered_isas(void) {
  uint32_t offered = BIT(SCALAR) | BIT(NEON);
#if defined(__ARM_FEATURE_DOTPROD)
  offered |= BIT(NEONDOT);  // as on all of Apple's processors
#elif defined(__linux__)
  enum { HAS_DOT_PRODUCTS = 1 << 20 };  // HWCAP_ASIMDDP
  if (getauxval(AT_HWCAP) & HAS_DOT_PRODUCTS) offered |= BIT(NEONDOT);
#endif
  return offered;
}

#else

uint32_t bd_offered_isas(void) { return BIT(SCALAR); }

#endif
