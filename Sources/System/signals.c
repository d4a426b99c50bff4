// sigaction is POSIX, not C11.
#define _POSIX_C_SOURCE 200809L
#include "bitdepth_signals.h"

#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <unistd.h>

_Static_assert(ATOMIC_INT_LOCK_FREE == 2, "a signal handler may only touch lock-free atomics");
static atomic_int stop_signal;

static void remember(int number) {
  int none = 0;
  if (!atomic_compare_exchange_strong(&stop_signal, &none, number)) _exit(128 + number);
}

static void watch(int number) {
  struct sigaction action = {0};
  if (sigaction(number, NULL, &action) != 0 || action.sa_handler == SIG_IGN) return;
  action = (struct sigaction){.sa_handler = remember, .sa_flags = SA_RESTART};
  sigemptyset(&action.sa_mask);
  sigaction(number, &action, NULL);
}

void bd_watch_signals(void) {
  watch(SIGINT);
  watch(SIGTERM);
  signal(SIGPIPE, SIG_IGN);
#ifdef SIGXFSZ
  signal(SIGXFSZ, SIG_IGN);
#endif
}

int bd_stop_signal(void) { return atomic_load_explicit(&stop_signal, memory_order_relaxed); }
