// SPDX-License-Identifier: Apache-2.0
// Preloaded into the program under torture: counts the calls that change files below TORTURE_ROOT, and
// fails, shortens or kills at the chosen one, or records all of them for a model of power loss.
//
//   TORTURE_ROOT   only paths below it count
//   TORTURE_MODE   count | fail | short | kill | record
//   TORTURE_CALLS  comma-separated names that count (default: all)
//   TORTURE_AT     which of them, from 1; 0 means every one
//   TORTURE_ERRNO  the error number of `fail`
//   TORTURE_LOG    where `count` and `record` write
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static const char *root, *mode, *calls;
static long at, seen, code, log_file = -1;
static int ready;

static void prepare(void) {
  if (ready) return;
  root = getenv("TORTURE_ROOT");
  mode = getenv("TORTURE_MODE");
  calls = getenv("TORTURE_CALLS");
  const char *text = getenv("TORTURE_AT");
  at = text ? atol(text) : 0;
  text = getenv("TORTURE_ERRNO");
  code = text ? atol(text) : EIO;
  text = getenv("TORTURE_LOG");
  if (text) log_file = syscall(SYS_openat, AT_FDCWD, text, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  ready = 1;
}

static int below(const char *path) {
  size_t length = root ? strlen(root) : 0;
  return length && !strncmp(path, root, length) && (path[length] == '/' || !path[length]);
}

// The absolute path of a name, without asking whether it exists.
static void absolute(int folder, const char *path, char *result) {
  if (path[0] == '/') {
    snprintf(result, PATH_MAX, "%s", path);
    return;
  }
  char base[PATH_MAX] = "", link[64];
  if (folder == AT_FDCWD) {
    if (!getcwd(base, sizeof base)) base[0] = 0;
  } else {
    snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
    ssize_t count = readlink(link, base, sizeof base - 1);
    base[count < 0 ? 0 : count] = 0;
  }
  snprintf(result, PATH_MAX, "%s/%s", base, path);
}

static int path_of(int file, char *result) {
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t count = readlink(link, result, PATH_MAX - 1);
  result[count < 0 ? 0 : count] = 0;
  return count > 0 && below(result);
}

static int counted(const char *name) {
  if (!calls || !*calls) return 1;
  size_t length = strlen(name);
  for (const char *p = calls; (p = strstr(p, name)); p += length)
    if ((p == calls || p[-1] == ',') && (!p[length] || p[length] == ',')) return 1;
  return 0;
}

// One record: name, two paths, a number, and data, each with its length.
static void record(const char *name, const char *a, const char *b, int64_t number, uint64_t inode,
                   const void *data, size_t count) {
  if (log_file < 0) return;
  uint32_t sizes[3] = {strlen(name), a ? strlen(a) : 0, b ? strlen(b) : 0};
  uint64_t numbers[3] = {(uint64_t)number, inode, count};
  struct iovec parts[6] = {{sizes, sizeof sizes}, {numbers, sizeof numbers}, {(void *)name, sizes[0]},
                           {(void *)(a ? a : ""), sizes[1]}, {(void *)(b ? b : ""), sizes[2]},
                           {(void *)data, count}};
  syscall(SYS_writev, log_file, parts, 6);
}

static uint64_t inode_of(int file) {
  struct stat status;
  return fstat(file, &status) ? 0 : status.st_ino;
}

enum { GO, FAIL, SHORT, KILL_AFTER };

// What to do with this call. `kill` dies before every other call and after the chosen one.
static int decide(const char *name, const char *path) {
  if (!mode || !counted(name)) return GO;
  long number = ++seen;
  int chosen = at == 0 || number == at;
  if (!strcmp(mode, "count")) {
    record(name, path, 0, number, 0, 0, 0);
    return GO;
  }
  if (!chosen) return GO;
  if (!strcmp(mode, "fail")) return FAIL;
  if (!strcmp(mode, "short")) return SHORT;
  if (!strcmp(mode, "kill")) return KILL_AFTER;
  return GO;
}

#define REAL(type, name, ...)                     \
  static type (*real)(__VA_ARGS__);               \
  if (!real) real = dlsym(RTLD_NEXT, name);       \
  prepare()

#define END(action)                               \
  if ((action) == KILL_AFTER) kill(getpid(), SIGKILL)

static int recording(void) { return mode && !strcmp(mode, "record"); }

static int open_at(int folder, const char *path, int flags, mode_t permissions) {
  char name[PATH_MAX];
  absolute(folder, path, name);
  if (!below(name)) return syscall(SYS_openat, folder, path, flags, permissions);
  int writes = (flags & O_ACCMODE) != O_RDONLY || flags & (O_CREAT | O_TRUNC);
  pthread_mutex_lock(&lock);
  int action = decide(writes ? "create" : "open", name);
  if (action == FAIL) {
    pthread_mutex_unlock(&lock);
    errno = code;
    return -1;
  }
  int existed = !faccessat(folder, path, F_OK, 0);
  int result = syscall(SYS_openat, folder, path, flags, permissions);
  int failure = errno;
  if (recording() && result >= 0) {
    if (!existed) record("create", name, 0, 0, inode_of(result), 0, 0);
    else if (flags & O_TRUNC) record("truncate", name, 0, 0, inode_of(result), 0, 0);
  }
  END(action);
  pthread_mutex_unlock(&lock);
  errno = failure;
  return result;
}

#define OPEN(function, folder, ...)                               \
  int function(__VA_ARGS__, int flags, ...) {                     \
    prepare();                                                    \
    va_list list;                                                 \
    va_start(list, flags);                                        \
    mode_t permissions = flags & (O_CREAT | O_TMPFILE) ? va_arg(list, mode_t) : 0; \
    va_end(list);                                                 \
    return open_at(folder, path, flags, permissions);             \
  }
OPEN(open, AT_FDCWD, const char *path)
OPEN(open64, AT_FDCWD, const char *path)
OPEN(openat, folder, int folder, const char *path)
OPEN(openat64, folder, int folder, const char *path)

static ssize_t put(int file, const void *bytes, size_t count, off_t offset, int positioned) {
  char name[PATH_MAX];
  if (!path_of(file, name))
    return positioned ? syscall(SYS_pwrite64, file, bytes, count, offset)
                      : syscall(SYS_write, file, bytes, count);
  pthread_mutex_lock(&lock);
  int action = decide("write", name);
  if (action == FAIL) {
    pthread_mutex_unlock(&lock);
    errno = code;
    return -1;
  }
  if (action == SHORT && count > 1) count /= 2;
  off_t place = offset;
  if (!positioned) {
    int append = fcntl(file, F_GETFL) & O_APPEND;
    place = lseek(file, 0, append ? SEEK_END : SEEK_CUR);
  }
  ssize_t result = positioned ? syscall(SYS_pwrite64, file, bytes, count, offset)
                              : syscall(SYS_write, file, bytes, count);
  int failure = errno;
  if (recording() && result > 0) record("write", name, 0, place, inode_of(file), bytes, result);
  END(action);
  pthread_mutex_unlock(&lock);
  errno = failure;
  return result;
}

ssize_t write(int file, const void *bytes, size_t count) {
  prepare();
  return put(file, bytes, count, 0, 0);
}
ssize_t pwrite(int file, const void *bytes, size_t count, off_t offset) {
  prepare();
  return put(file, bytes, count, offset, 1);
}
ssize_t pwrite64(int file, const void *bytes, size_t count, off_t offset) {
  prepare();
  return put(file, bytes, count, offset, 1);
}

#define BY_FILE(function, call, name, setup)                      \
  int function {                                                  \
    prepare();                                                    \
    char path[PATH_MAX];                                          \
    if (!path_of(file, path)) return call;                        \
    pthread_mutex_lock(&lock);                                    \
    int action = decide(name, path);                              \
    if (action == FAIL) {                                         \
      pthread_mutex_unlock(&lock);                                \
      errno = code;                                               \
      return -1;                                                  \
    }                                                             \
    int result = call;                                            \
    int failure = errno;                                          \
    if (recording() && !result) { setup; }                        \
    END(action);                                                  \
    pthread_mutex_unlock(&lock);                                  \
    errno = failure;                                              \
    return result;                                                \
  }
BY_FILE(fsync(int file), syscall(SYS_fsync, file), "fsync",
        record("fsync", path, 0, 0, inode_of(file), 0, 0))
BY_FILE(fdatasync(int file), syscall(SYS_fdatasync, file), "fsync",
        record("fsync", path, 0, 0, inode_of(file), 0, 0))
BY_FILE(ftruncate(int file, off_t length), syscall(SYS_ftruncate, file, length), "truncate",
        record("truncate", path, 0, length, inode_of(file), 0, 0))
BY_FILE(ftruncate64(int file, off64_t length), syscall(SYS_ftruncate, file, length), "truncate",
        record("truncate", path, 0, length, inode_of(file), 0, 0))

// A file system without locks, as some network ones are.
int flock(int file, int operation) {
  prepare();
  if (mode && !strcmp(mode, "nolock")) {
    errno = ENOLCK;
    return -1;
  }
  return syscall(SYS_flock, file, operation);
}

#define BY_PATH(function, call, name, first, folder, second, other)   \
  int function {                                                  \
    prepare();                                                    \
    char a[PATH_MAX], b[PATH_MAX] = "";                           \
    absolute(folder, first, a);                                   \
    if (second) absolute(other, second ? second : "", b);         \
    if (!below(a) && !below(b)) return call;                      \
    pthread_mutex_lock(&lock);                                    \
    int action = decide(name, a);                                 \
    if (action == FAIL) {                                         \
      pthread_mutex_unlock(&lock);                                \
      errno = code;                                               \
      return -1;                                                  \
    }                                                             \
    int result = call;                                            \
    int failure = errno;                                          \
    if (recording() && !result) record(name, a, b, 0, 0, 0, 0);   \
    END(action);                                                  \
    pthread_mutex_unlock(&lock);                                  \
    errno = failure;                                              \
    return result;                                                \
  }
BY_PATH(rename(const char *old, const char *new), syscall(SYS_renameat2, AT_FDCWD, old, AT_FDCWD, new, 0),
        "rename", old, AT_FDCWD, new, AT_FDCWD)
BY_PATH(renameat(int from, const char *old, int to, const char *new),
        syscall(SYS_renameat2, from, old, to, new, 0), "rename", old, from, new, to)
BY_PATH(renameat2(int from, const char *old, int to, const char *new, unsigned flags),
        syscall(SYS_renameat2, from, old, to, new, flags), flags ? "exchange" : "rename", old, from, new, to)
BY_PATH(mkdir(const char *path, mode_t permissions), syscall(SYS_mkdirat, AT_FDCWD, path, permissions),
        "mkdir", path, AT_FDCWD, (const char *)0, 0)
BY_PATH(mkdirat(int folder, const char *path, mode_t permissions),
        syscall(SYS_mkdirat, folder, path, permissions), "mkdir", path, folder, (const char *)0, 0)
BY_PATH(unlink(const char *path), syscall(SYS_unlinkat, AT_FDCWD, path, 0), "unlink", path, AT_FDCWD,
        (const char *)0, 0)
BY_PATH(unlinkat(int folder, const char *path, int flags), syscall(SYS_unlinkat, folder, path, flags),
        flags & AT_REMOVEDIR ? "rmdir" : "unlink", path, folder, (const char *)0, 0)
BY_PATH(rmdir(const char *path), syscall(SYS_unlinkat, AT_FDCWD, path, AT_REMOVEDIR), "rmdir", path,
        AT_FDCWD, (const char *)0, 0)
