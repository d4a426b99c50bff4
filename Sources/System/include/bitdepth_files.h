/// System calls on files that Swift cannot make by itself: confined opens, unnamed temporary files, links, facts. No logic.
///
/// Every function returns a descriptor, a count or 0, and the negated `errno` when the call failed.
#ifndef BITDEPTH_FILES_H
#define BITDEPTH_FILES_H

#include <stddef.h>
#include <stdint.h>

struct bd_file_facts {
  uint64_t size;
  uint64_t links;
  /// Permission bits, without the file's kind.
  uint32_t mode;
  int is_regular;
  int is_directory;
};

int bd_open_directory(const char *path);
/// Opens a directory inside another without following a symbolic link.
int bd_open_directory_at(int directory, const char *name);
/// Opens for reading without waiting for a writer; `directory` is -1 for the current one.
int bd_open_reading(int directory, const char *path, int follow_link);
/// Opens for reading such that the kernel refuses to leave `directory` or to follow any link; -ENOSYS where it cannot.
int bd_open_beneath(int directory, const char *path);

int bd_facts(int descriptor, struct bd_file_facts *facts);
/// Facts of a name in a directory; a symbolic link is not followed.
int bd_facts_at(int directory, const char *name, struct bd_file_facts *facts);

/// A file without a name in `directory`; -EOPNOTSUPP, -EISDIR or -ENOSYS where the file system has none.
int bd_open_unnamed(int directory);
/// A file for reading and writing that has no name, or none any more, and is gone when it is closed.
int bd_open_scratch(const char *folder);
/// Creates a new file; an existing one, or a link of that name, is an error.
int bd_create_new(int directory, const char *name);
int bd_link_unnamed(int descriptor, int directory, const char *name);
int bd_link(int directory, const char *from, const char *to);
int bd_rename(int directory, const char *from, const char *to);
int bd_remove(int directory, const char *name);
int bd_set_mode(int descriptor, uint32_t mode);
int64_t bd_write(int descriptor, const void *bytes, size_t count);
int bd_sync(int descriptor);
int bd_close(int descriptor);

#endif
