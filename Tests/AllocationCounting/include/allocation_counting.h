/// Counts what chosen threads allocate, by standing in front of the C library's allocator in the tests' executable.
#ifndef ALLOCATION_COUNTING_H
#define ALLOCATION_COUNTING_H

#include <stdbool.h>

/// Whether allocations are seen at all: only with glibc, and where no sanitizer has an allocator of its own.
bool allocations_are_seen(void);
/// From now on allocations of the calling thread count, or no longer do.
void count_allocations_of_this_thread(bool counts);
bool this_thread_counts_allocations(void);
/// Allocations so far of all threads that count.
long counted_allocations(void);

#endif
