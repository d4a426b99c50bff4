// pipe2 is not in C11.
#define _GNU_SOURCE
#include "bitdepth_processes.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static int make_pipe(int ends[2]) {
#ifdef __linux__
  return pipe2(ends, O_CLOEXEC);
#else
  if (pipe(ends) != 0) return -1;
  fcntl(ends[0], F_SETFD, FD_CLOEXEC);
  fcntl(ends[1], F_SETFD, FD_CLOEXEC);
  return 0;
#endif
}

static void close_both(int ends[2]) {
  close(ends[0]);
  close(ends[1]);
}

static int spawn(const char *program, char *const arguments[], int input, int output, pid_t *process) {
  posix_spawn_file_actions_t actions;
  int error = posix_spawn_file_actions_init(&actions);
  if (error != 0) return error;
  error = posix_spawn_file_actions_adddup2(&actions, input, 0);
  if (error == 0) error = posix_spawn_file_actions_adddup2(&actions, output, 1);
  if (error == 0) error = posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
  if (error == 0) error = posix_spawnp(process, program, &actions, NULL, arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  return error;
}

int bd_start_program(const char *program, char *const arguments[], int *input, int *output) {
  int to[2], from[2];
  if (make_pipe(to) != 0) return -errno;
  if (make_pipe(from) != 0) {
    int error = errno;
    close_both(to);
    return -error;
  }
  pid_t process = 0;
  int error = spawn(program, arguments, to[0], from[1], &process);
  close(to[0]);
  close(from[1]);
  if (error != 0) {
    close(to[1]);
    close(from[0]);
    return -error;
  }
  *input = to[1];
  *output = from[0];
  return process;
}

int64_t bd_read_within(int descriptor, void *bytes, size_t capacity, int milliseconds) {
  struct pollfd wanted = {.fd = descriptor, .events = POLLIN};
  int ready = poll(&wanted, 1, milliseconds);
  if (ready < 0) return errno == EINTR ? BD_NOTHING_YET : -errno;
  if (ready == 0) return BD_NOTHING_YET;
  ssize_t count = read(descriptor, bytes, capacity);
  return count < 0 ? -errno : count;
}

void bd_end_program(int process) {
  kill(process, SIGKILL);
  while (waitpid(process, NULL, 0) < 0 && errno == EINTR) {
  }
}
