/// What Swift cannot ask the machine by itself: terminals, processors, memory. No logic, no state.
#ifndef BITDEPTH_MACHINE_H
#define BITDEPTH_MACHINE_H

#include <stddef.h>
#include <stdint.h>

/// 1 where the descriptor is a terminal.
int bd_is_terminal(int descriptor);
/// Columns of the terminal, 0 where there is none.
int bd_terminal_width(int descriptor);

/// The processor's own name for itself; returns its length, 0 where it tells none.
size_t bd_processor_name(char *name, size_t capacity);
/// System, release and architecture (uname), separated by blanks.
size_t bd_system_name(char *name, size_t capacity);
/// Logical processors that this process may run on.
int bd_usable_processors(void);
/// Whether this process may run on a logical processor.
int bd_is_usable_processor(int processor);
/// The logical processor that the calling thread runs on at this moment, -1 where unknown. Cheap: no system call.
int bd_current_processor(void);
/// Moves the calling thread to another logical processor, if it may run on one; 1 if it moved. It may come back later.
int bd_leave_processor(int processor);
/// Bytes of physical memory, 0 where unknown.
uint64_t bd_physical_memory(void);
/// Reads the beginning of a small file of the kernel (/proc, /sys); the number of bytes or the negated `errno`.
int64_t bd_read_small_file(const char *path, void *bytes, size_t capacity);

#endif
