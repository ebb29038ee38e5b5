// SPDX-License-Identifier: Apache-2.0
#include "CSystem.h"

#include <stdlib.h>

#ifdef __GLIBC__
#include <malloc.h>
#endif

void equipoise_keep_freed_memory(void) {
#ifdef __GLIBC__
  /* Activations of every step have the same sizes, and so have frames. Fresh pages from the system cost a fault each,
     4 KiB at a time, which is a large part of a small model's step and a quarter of the time of decoding. */
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, -1);
#endif
}
