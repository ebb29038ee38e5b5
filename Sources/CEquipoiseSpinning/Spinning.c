// SPDX-License-Identifier: Apache-2.0
#include "CSpinning.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define GOMP "GOMP_SPINCOUNT=" EQUIPOISE_GOMP_SPINCOUNT
#define KMP "KMP_BLOCKTIME=" EQUIPOISE_KMP_BLOCKTIME
#define MARK "EQUIPOISE_SPINNING=" EQUIPOISE_SPINNING

static int names(const char *variable, const char *name) {
  const size_t length = strlen(name);
  return strncmp(variable, name, length) == 0 && variable[length] == '=';
}

static int has(char *const *environment, const char *name) {
  for (; *environment != NULL; environment++)
    if (names(*environment, name)) return 1;
  return 0;
}

/// What is to be added to an environment: at most three variables.
static int additions(char *const *environment, char *added[3]) {
  int count = 0;
  if (has(environment, "EQUIPOISE_SPINNING") || has(environment, "OMP_WAIT_POLICY")) return 0;
  if (!has(environment, "GOMP_SPINCOUNT")) added[count++] = GOMP;
  if (!has(environment, "KMP_BLOCKTIME") && !has(environment, "KMP_LIBRARY")) added[count++] = KMP;
  if (count > 0) added[count++] = MARK;
  return count;
}

#ifdef __linux__

#include <limits.h>
#include <sys/auxv.h>
#include <unistd.h>

void equipoise_bound_spinning(char *const *arguments, char *const *environment) {
  char *added[3];
  const int count = additions(environment, added);
  // Without a loader of its own (`ld.so PROGRAM`) /proc/self/exe is the loader; a program with more rights
  // than its user is not started by a path.
  if (count == 0 || getauxval(AT_BASE) == 0 || getauxval(AT_SECURE) != 0) return;
  size_t length = 0;
  while (environment[length] != NULL) length++;
  char *variables[length + count + 1];
  memcpy(variables, environment, length * sizeof(char *));
  memcpy(variables + length, added, count * sizeof(char *));
  variables[length + count] = NULL;
  // By its path, which gives the process its name.
  char path[PATH_MAX];
  const ssize_t end = readlink("/proc/self/exe", path, sizeof path - 1);
  if (end > 0) {
    path[end] = 0;
    execve(path, arguments, variables);
  }
  // The file was moved or removed meanwhile. Should this fail too, the program runs as it is.
  execve("/proc/self/exe", arguments, variables);
}

#else

// The OpenMP runtimes of other systems read the environment when they are first needed.
void equipoise_bound_spinning(char *const *arguments, char *const *environment) {
  (void)arguments;
  char *added[3];
  const int count = additions(environment, added);
  for (int index = 0; index < count; index++) putenv(added[index]);
}

#endif
