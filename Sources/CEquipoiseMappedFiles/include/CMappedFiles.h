// SPDX-License-Identifier: Apache-2.0
#ifndef EQUIPOISE_MAPPED_FILES_H
#define EQUIPOISE_MAPPED_FILES_H

#include <stddef.h>

/// Remembers that `count` bytes from `start` are those of the file at `path`, which is copied. Returns a
/// number for `equipoise_mapping_remove`, or -1 without memory. From any thread.
int equipoise_mapping_add(const void *start, size_t count, const char *path);

/// Forgets a mapping, before its memory is given back. From any thread.
void equipoise_mapping_remove(int mapping);

/// From now on, reading bytes that a mapped file has lost since ends the process with the status 1 and one
/// line on standard error that names the file, instead of a bus error without a word.
void equipoise_mapping_report_losses(void);

#endif
