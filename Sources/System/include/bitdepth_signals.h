/// Interruption: the one piece of state that a signal handler may touch.
#ifndef BITDEPTH_SIGNALS_H
#define BITDEPTH_SIGNALS_H

/// From now on the first SIGINT or SIGTERM is only remembered and the second ends the process at once; SIGPIPE and SIGXFSZ
/// become errors of the write that caused them. What the parent process had set to be ignored stays so.
void bd_watch_signals(void);

/// The signal that asked the process to stop, or 0. Cheap: one load.
int bd_stop_signal(void);

#endif
