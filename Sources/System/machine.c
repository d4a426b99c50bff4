// sched_getaffinity is Linux's own.
#define _GNU_SOURCE
#include "bitdepth_machine.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/utsname.h>
#include <unistd.h>

#ifdef __linux__
#include <sched.h>
#endif
#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>
#endif
#ifdef __APPLE__
#include <sys/sysctl.h>
#endif

int bd_is_terminal(int descriptor) { return isatty(descriptor) == 1; }

int bd_terminal_width(int descriptor) {
  struct winsize size;
  return ioctl(descriptor, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

size_t bd_processor_name(char *name, size_t capacity) {
#if defined(__x86_64__) || defined(__i386__)
  unsigned text[12] = {0}, highest = __get_cpuid_max(0x80000000u, NULL);
  if (highest < 0x80000004u || capacity < sizeof text + 1) return 0;
  for (unsigned leaf = 0; leaf < 3; leaf++) {
    unsigned *part = text + 4 * leaf;
    __get_cpuid(0x80000002u + leaf, &part[0], &part[1], &part[2], &part[3]);
  }
  memcpy(name, text, sizeof text);
  name[sizeof text] = 0;
  return strlen(name);
#elif defined(__APPLE__)
  size_t length = capacity;
  return sysctlbyname("machdep.cpu.brand_string", name, &length, NULL, 0) == 0 && length > 0 ? length - 1 : 0;
#else
  (void)name, (void)capacity;
  return 0;
#endif
}

size_t bd_system_name(char *name, size_t capacity) {
  struct utsname facts;
  if (uname(&facts) != 0) return 0;
  const char *parts[] = {facts.sysname, facts.release, facts.machine};
  size_t length = 0;
  for (int index = 0; index < 3; index++) {
    size_t count = strlen(parts[index]);
    if (length + count + 2 > capacity) break;
    if (index > 0) name[length++] = ' ';
    memcpy(name + length, parts[index], count);
    length += count;
  }
  if (length < capacity) name[length] = 0;
  return length;
}

#ifdef __linux__
// Larger than cpu_set_t, so that machines of more than 1024 processors fit as well.
enum { MASK_WORDS = 128 };

static int affinity(unsigned long mask[MASK_WORDS]) {
  return sched_getaffinity(0, MASK_WORDS * sizeof(unsigned long), (cpu_set_t *)mask) == 0;
}
#endif

int bd_usable_processors(void) {
#ifdef __linux__
  unsigned long mask[MASK_WORDS] = {0};
  if (affinity(mask)) {
    int count = 0;
    for (int word = 0; word < MASK_WORDS; word++) count += __builtin_popcountl(mask[word]);
    if (count > 0) return count;
  }
#endif
  long count = sysconf(_SC_NPROCESSORS_ONLN);
  return count > 0 ? (int)count : 1;
}

int bd_is_usable_processor(int processor) {
#ifdef __linux__
  unsigned long mask[MASK_WORDS] = {0};
  const int bits = 8 * (int)sizeof(unsigned long);
  if (processor < 0 || processor >= MASK_WORDS * bits || !affinity(mask)) return 0;
  return (int)(mask[processor / bits] >> (processor % bits) & 1);
#else
  return processor >= 0 && processor < bd_usable_processors();
#endif
}

int bd_current_processor(void) {
#if defined(__linux__)
  return sched_getcpu();
#else
  return -1;
#endif
}

int bd_leave_processor(int processor) {
#if defined(__linux__)
  cpu_set_t usable, others;
  if (processor < 0 || processor >= CPU_SETSIZE || sched_getaffinity(0, sizeof usable, &usable)) return 0;
  others = usable;
  CPU_CLR(processor, &others);
  // The thread is moved at once, and then stays where it is although it may go anywhere again.
  if (CPU_COUNT(&others) == 0 || sched_setaffinity(0, sizeof others, &others)) return 0;
  sched_setaffinity(0, sizeof usable, &usable);
  return 1;
#else
  (void)processor;
  return 0;
#endif
}

uint64_t bd_physical_memory(void) {
  long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);
  return pages > 0 && size > 0 ? (uint64_t)pages * (uint64_t)size : 0;
}

int64_t bd_read_small_file(const char *path, void *bytes, size_t capacity) {
  int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) return -errno;
  ssize_t count = read(descriptor, bytes, capacity);
  int64_t result = count < 0 ? -errno : count;
  close(descriptor);
  return result;
}
