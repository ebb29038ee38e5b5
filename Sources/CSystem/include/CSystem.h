/// System calls that Swift's view of the C library lacks.
#ifndef EQUIPOISE_CSYSTEM_H
#define EQUIPOISE_CSYSTEM_H

/// Lets two paths change their names at one stroke. Returns 0, or -1 with errno where the system or the
/// file system cannot.
int equipoise_exchange(const char *first, const char *second);

#endif
