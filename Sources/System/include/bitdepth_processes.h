/// Another program that this one talks with over two pipes. No logic.
#ifndef BITDEPTH_PROCESSES_H
#define BITDEPTH_PROCESSES_H

#include <stddef.h>
#include <stdint.h>

enum { BD_NOTHING_YET = INT32_MIN };

/// Starts a program, looked for in PATH; what it writes to standard error is dropped.
///
/// `arguments` ends with NULL and begins with the program's name. `input` becomes the end that writes to the program's
/// standard input, `output` the one that reads its standard output. Returns its process number, or the negated `errno`.
int bd_start_program(const char *program, char *const arguments[], int *input, int *output);

/// Reads what is there, at most `capacity` bytes; 0 at the end, BD_NOTHING_YET when nothing came within `milliseconds`.
int64_t bd_read_within(int descriptor, void *bytes, size_t capacity, int milliseconds);

/// Ends a program that `bd_start_program` started, and waits until it has ended.
void bd_end_program(int process);

#endif
