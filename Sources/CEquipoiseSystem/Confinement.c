// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "CSystem.h"

#include <errno.h>

#if defined(__linux__) && (defined(__x86_64__) || defined(__aarch64__))

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifdef __x86_64__
#define NATIVE AUDIT_ARCH_X86_64
#else
#define NATIVE AUDIT_ARCH_AARCH64
#endif

/* Newer calls of which older headers know nothing; the numbers are the same on both processors. */
#ifndef __NR_clone3
#define __NR_clone3 435
#endif

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
/* The low half of an argument: both processors are little endian. */
#define ARGUMENT(index) \
  BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args) + 8 * (index))
#define RETURN(action) BPF_STMT(BPF_RET | BPF_K, (action))
#define DENY(error) RETURN(SECCOMP_RET_ERRNO | (error))
#define ALLOW(name) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_##name, 0, 1), RETURN(SECCOMP_RET_ALLOW)
/* Skips `count` instructions for every other call. */
#define CASE(name, count) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_##name, 0, (count))
/* Allowed without, or only with, bits in an argument. */
#define ALLOW_WITHOUT(name, index, bits)                                                          \
  CASE(name, 4), ARGUMENT(index), BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, (bits), 0, 1), DENY(EPERM), \
      RETURN(SECCOMP_RET_ALLOW)
#define ALLOW_WITH(name, index, bits)                                                        \
  CASE(name, 4), ARGUMENT(index), BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, (bits), 1, 0), DENY(EPERM), \
      RETURN(SECCOMP_RET_ALLOW)

int equipoise_can_confine(void) {
  unsigned action = SECCOMP_RET_ERRNO;
  return syscall(__NR_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
}

int equipoise_confine(void) {
  struct sock_filter filter[] = {
      LOAD(arch),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, NATIVE, 1, 0),
      RETURN(SECCOMP_RET_KILL_PROCESS),
      LOAD(nr),
      /* Computing: memory that is not executable, time, threads of this process. */
      ALLOW_WITHOUT(mmap, 2, PROT_EXEC),
      ALLOW_WITHOUT(mprotect, 2, PROT_EXEC),
      ALLOW(munmap),
      ALLOW(mremap),
      ALLOW(madvise),
      ALLOW(brk),
      ALLOW(futex),
      ALLOW(set_robust_list),
      ALLOW(sched_yield),
      ALLOW(sched_getaffinity),
      ALLOW(sysinfo),
      ALLOW(getrusage),
      ALLOW(getrandom),
      ALLOW(clock_gettime),
      ALLOW(clock_getres),
      ALLOW(gettimeofday),
      ALLOW(clock_nanosleep),
      ALLOW(nanosleep),
      ALLOW(restart_syscall),
      ALLOW(setitimer),
      ALLOW(getpid),
      ALLOW(gettid),
      ALLOW(rt_sigaction),
      ALLOW(rt_sigprocmask),
      ALLOW(rt_sigreturn),
      ALLOW(sigaltstack),
      ALLOW(exit),
      ALLOW(exit_group),
#ifdef __NR_rseq
      ALLOW(rseq),
#endif
#ifdef __x86_64__
      ALLOW(alarm),
      ALLOW(time),
      ALLOW(poll),
#endif
      /* Descriptors that are there. */
      ALLOW(read),
      ALLOW(pread64),
      ALLOW(lseek),
      ALLOW(write),
      ALLOW(close),
      ALLOW(ppoll),
      ALLOW(recvfrom),
      ALLOW(recvmsg),
      ALLOW(sendto),
      ALLOW_WITH(clone, 0, CLONE_THREAD),
      /* Its flags lie in memory, where a filter cannot look; without it the C library takes `clone`. */
      CASE(clone3, 1),
      DENY(ENOSYS),
      /* abort() */
      CASE(tgkill, 4),
      ARGUMENT(0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)getpid(), 1, 0),
      DENY(EPERM),
      RETURN(SECCOMP_RET_ALLOW),
      DENY(EPERM),
  };
  struct sock_fprog program = {sizeof filter / sizeof *filter, filter};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return -1;
  /* A positive number is a thread that could not follow. */
  const long code = syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program);
  if (code > 0) errno = EBUSY;
  return code == 0 ? 0 : -1;
}

#else

int equipoise_can_confine(void) { return 0; }

int equipoise_confine(void) {
  errno = ENOSYS;
  return -1;
}

#endif
