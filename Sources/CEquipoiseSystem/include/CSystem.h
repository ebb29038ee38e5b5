// SPDX-License-Identifier: Apache-2.0
/// System calls that Swift's view of the C library lacks.
#ifndef EQUIPOISE_CSYSTEM_H
#define EQUIPOISE_CSYSTEM_H

/// Lets two paths change their names at one stroke. Returns 0, or -1 with errno where the system or the
/// file system cannot.
int equipoise_exchange(const char *first, const char *second);

/// Sends one byte and with it an open file, for the process at the other end of a socket. Returns 0, or -1
/// with errno.
int equipoise_send_descriptor(int socket, int descriptor);

/// Takes what the function above sent. Returns the descriptor; -1 with errno where there is none.
int equipoise_receive_descriptor(int socket);

/// Waits until the other end of a socket is closed, whatever is still to be read.
void equipoise_wait_for_hangup(int socket);

/// Closes every descriptor from `first` on.
void equipoise_close_from(int first);

/// Lets the C library keep freed memory for what follows instead of giving it back to the system. Without
/// effect where the C library has no such choice.
void equipoise_keep_freed_memory(void);

/// Ends the process, when it exits from now on, without the destructors of what was loaded before; what was registered
/// for its exit later runs, and streams are flushed. Without effect where the C library has no `on_exit`.
void equipoise_end_at_once(void);

/// Whether `equipoise_confine` can work here.
int equipoise_can_confine(void);

/// Takes from this process, all its threads and for good, every right but to compute and to use the
/// descriptors it has: no opening of files, no sockets, no new processes, no signals to others, no new
/// executable memory. What is refused fails with EPERM. Returns 0, or -1 with errno.
int equipoise_confine(void);

#endif
