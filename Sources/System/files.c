// openat2, O_TMPFILE and syscall are Linux's own.
#define _GNU_SOURCE
#include "bitdepth_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/syscall.h>
#endif

static int result(int value) { return value < 0 ? -errno : value; }

static int directory_or_current(int directory) { return directory < 0 ? AT_FDCWD : directory; }

int bd_open_directory(const char *path) { return result(open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)); }

int bd_open_directory_at(int directory, const char *name) {
  return result(openat(directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
}

int bd_open_reading(int directory, const char *path, int follow_link) {
  int flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | (follow_link ? 0 : O_NOFOLLOW);
  return result(openat(directory_or_current(directory), path, flags));
}

int bd_open_beneath(int directory, const char *path) {
#if defined(__linux__) && defined(SYS_openat2)
  // struct open_how and the RESOLVE flags of <linux/openat2.h>, which older headers lack.
  struct {
    uint64_t flags, mode, resolve;
  } how = {.flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC,
           .resolve = 0x02 /* NO_MAGICLINKS */ | 0x04 /* NO_SYMLINKS */ | 0x08 /* BENEATH */};
  return result((int)syscall(SYS_openat2, directory, path, &how, sizeof how));
#else
  (void)directory, (void)path;
  return -ENOSYS;
#endif
}

static int facts_of(const struct stat *status, struct bd_file_facts *facts) {
  facts->size = status->st_size < 0 ? 0 : (uint64_t)status->st_size;
  facts->links = (uint64_t)status->st_nlink;
  facts->mode = (uint32_t)(status->st_mode & 07777);
  facts->is_regular = S_ISREG(status->st_mode);
  facts->is_directory = S_ISDIR(status->st_mode);
  return 0;
}

int bd_facts(int descriptor, struct bd_file_facts *facts) {
  struct stat status;
  return fstat(descriptor, &status) < 0 ? -errno : facts_of(&status, facts);
}

int bd_facts_at(int directory, const char *name, struct bd_file_facts *facts) {
  struct stat status;
  return fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) < 0 ? -errno : facts_of(&status, facts);
}

int bd_open_unnamed(int directory) {
#ifdef O_TMPFILE
  return result(openat(directory, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666));
#else
  (void)directory;
  return -ENOSYS;
#endif
}

int bd_open_scratch(const char *folder) {
#ifdef O_TMPFILE
  int descriptor = open(folder, O_TMPFILE | O_RDWR | O_EXCL | O_CLOEXEC, 0600);
  // EISDIR is what a kernel says that does not know O_TMPFILE.
  if (descriptor >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL)) return result(descriptor);
#endif
  char path[4096];
  int length = snprintf(path, sizeof path, "%s/.bitdepth.XXXXXX", folder);
  if (length < 0 || (size_t)length >= sizeof path) return -ENAMETOOLONG;
  int named = mkostemp(path, O_CLOEXEC);
  if (named >= 0) unlink(path);
  return result(named);
}

int bd_create_new(int directory, const char *name) {
  return result(openat(directory, name, O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY | O_CLOEXEC, 0666));
}

int bd_link_unnamed(int descriptor, int directory, const char *name) {
  // linkat with AT_EMPTY_PATH needs a capability; the descriptor's entry in /proc does not.
  char path[64];
  snprintf(path, sizeof path, "/proc/self/fd/%d", descriptor);
  return result(linkat(AT_FDCWD, path, directory, name, AT_SYMLINK_FOLLOW));
}

int bd_link(int directory, const char *from, const char *to) { return result(linkat(directory, from, directory, to, 0)); }

int bd_rename(int directory, const char *from, const char *to) {
  return result(renameat(directory, from, directory, to));
}

int bd_remove(int directory, const char *name) { return result(unlinkat(directory, name, 0)); }

int bd_set_mode(int descriptor, uint32_t mode) { return result(fchmod(descriptor, (mode_t)mode)); }

int64_t bd_write(int descriptor, const void *bytes, size_t count) {
  ssize_t written = write(descriptor, bytes, count);
  return written < 0 ? -errno : written;
}

int bd_sync(int descriptor) { return result(fsync(descriptor)); }

int bd_close(int descriptor) { return result(close(descriptor)); }
