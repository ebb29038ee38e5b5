// SPDX-License-Identifier: Apache-2.0
// Runs before the constructors of every library, so that starting the program again costs a third of what
// it costs in `main`. Shared libraries cannot have such functions, hence a target of its own.
#include "CEarlyStart.h"

#include <stdlib.h>

#include "CSpinning.h"

// AddressSanitizer replaces the C library's functions with ones that cannot run as early.
#if defined(__GLIBC__) && !(defined(__has_feature) && __has_feature(address_sanitizer))
static void start(int count, char **arguments, char **environment) {
  (void)count;
  equipoise_bound_spinning(arguments, environment);
}

__attribute__((used, section(".preinit_array"))) static void (*early)(int, char **, char **) =
    start;
#endif
