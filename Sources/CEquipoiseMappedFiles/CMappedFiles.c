// SPDX-License-Identifier: Apache-2.0
#include "CMappedFiles.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// A signal handler may neither lock nor allocate. It reads slots that are never given back, and of the
// path only that of the mapping it faulted in, which its own thread keeps alive.
typedef struct {
  _Atomic(uintptr_t) start;  // 0 in a slot that is free.
  _Atomic(size_t) count;
  _Atomic(char *) path;
} Slot;

enum { kSlotsInChunk = 256, kChunks = 4096 };

static _Atomic(Slot *) chunks[kChunks];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int used = 0;     // Slots that were ever taken.
static int *spare = NULL;  // Slots given back.
static int spareCount = 0, spareRoom = 0;
static struct sigaction before;

static Slot *slot(int index) {
  Slot *chunk = atomic_load(&chunks[index / kSlotsInChunk]);
  return chunk == NULL ? NULL : chunk + index % kSlotsInChunk;
}

static int takeSlot(void) {
  if (spareCount > 0) return spare[--spareCount];
  if (used == kSlotsInChunk * kChunks) return -1;
  if (used % kSlotsInChunk == 0) {
    Slot *chunk = calloc(kSlotsInChunk, sizeof(Slot));
    if (chunk == NULL) return -1;
    atomic_store(&chunks[used / kSlotsInChunk], chunk);
  }
  return used++;
}

int equipoise_mapping_add(const void *start, size_t count, const char *path) {
  char *copy = strdup(path);
  if (copy == NULL) return -1;
  pthread_mutex_lock(&lock);
  int index = takeSlot();
  if (index >= 0) {
    Slot *taken = slot(index);
    atomic_store(&taken->count, count);
    atomic_store(&taken->path, copy);
    atomic_store(&taken->start, (uintptr_t)start);
  }
  pthread_mutex_unlock(&lock);
  if (index < 0) free(copy);
  return index;
}

void equipoise_mapping_remove(int mapping) {
  if (mapping < 0) return;
  pthread_mutex_lock(&lock);
  Slot *given = slot(mapping);
  atomic_store(&given->start, 0);
  free(atomic_exchange(&given->path, NULL));
  if (spareCount == spareRoom) {
    int room = spareRoom == 0 ? 64 : 2 * spareRoom;
    int *larger = realloc(spare, (size_t)room * sizeof(int));
    if (larger != NULL) {
      spare = larger;
      spareRoom = room;
    }
  }
  // Without memory the slot is lost, which harms nobody.
  if (spareCount < spareRoom) spare[spareCount++] = mapping;
  pthread_mutex_unlock(&lock);
}

static void say(const char *text) {
  ssize_t ignored = write(STDERR_FILENO, text, strlen(text));
  (void)ignored;
}

static void sayPath(const char *path) {
  for (const char *next = path; *next != 0; next++) {
    char letter = (unsigned char)*next < 0x20 || *next == 0x7F ? '?' : *next;
    ssize_t ignored = write(STDERR_FILENO, &letter, 1);
    (void)ignored;
  }
}

static void report(const Slot *found) {
  const char *path = atomic_load(&found->path);
  struct stat now;
  int isShorter = stat(path, &now) != 0 || (size_t)now.st_size < atomic_load(&found->count);
  if (isatty(STDERR_FILENO)) say("\r\033[K");
  say("error: ");
  sayPath(path);
  say(isShorter
    ? ": another program shortened the file while it was being read; restore it and start again\n"
    : ": the file can no longer be read; the disk may be failing: copy the data elsewhere\n");
}

static void onBusError(int signal, siginfo_t *information, void *context) {
  (void)context;
  uintptr_t address = (uintptr_t)information->si_addr;
  for (int index = 0; index < kSlotsInChunk * kChunks; index++) {
    const Slot *candidate = slot(index);
    if (candidate == NULL) break;
    uintptr_t start = atomic_load(&candidate->start);
    // The last page of a file reaches beyond its end.
    if (start == 0 || address < start || address - start >= atomic_load(&candidate->count)) continue;
    report(candidate);
    // Not `exit`, which would take apart what other threads are using.
    _exit(1);
  }
  // Not ours: the fault is repeated and met as it would have been.
  sigaction(signal, &before, NULL);
}

void equipoise_mapping_report_losses(void) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_sigaction = onBusError;
  action.sa_flags = SA_SIGINFO;
  sigemptyset(&action.sa_mask);
  sigaction(SIGBUS, &action, &before);
}
