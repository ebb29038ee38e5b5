// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "CSystem.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/syscall.h>
#ifndef __NR_close_range
#define __NR_close_range 436
#endif
#endif

#ifndef POLLRDHUP
#define POLLRDHUP 0
#endif
#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0
#endif
#ifndef MSG_CMSG_CLOEXEC
#define MSG_CMSG_CLOEXEC 0
#endif

/* One byte, and room for one descriptor with the alignment that its header needs. */
struct parcel {
  char byte;
  union {
    struct cmsghdr header;
    char bytes[CMSG_SPACE(sizeof(int))];
  } control;
  struct iovec part;
  struct msghdr message;
};

static void prepare(struct parcel *parcel) {
  memset(parcel, 0, sizeof *parcel);
  parcel->part = (struct iovec){&parcel->byte, 1};
  parcel->message.msg_iov = &parcel->part;
  parcel->message.msg_iovlen = 1;
  parcel->message.msg_control = parcel->control.bytes;
  parcel->message.msg_controllen = sizeof parcel->control.bytes;
}

int equipoise_send_descriptor(int socket, int descriptor) {
  struct parcel parcel;
  prepare(&parcel);
  struct cmsghdr *header = CMSG_FIRSTHDR(&parcel.message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof descriptor);
  memcpy(CMSG_DATA(header), &descriptor, sizeof descriptor);
  ssize_t count;
  do count = sendmsg(socket, &parcel.message, MSG_NOSIGNAL);
  while (count < 0 && errno == EINTR);
  return count == 1 ? 0 : -1;
}

int equipoise_receive_descriptor(int socket) {
  struct parcel parcel;
  prepare(&parcel);
  ssize_t count;
  do count = recvmsg(socket, &parcel.message, MSG_CMSG_CLOEXEC);
  while (count < 0 && errno == EINTR);
  if (count < 0) return -1;
  const struct cmsghdr *header = CMSG_FIRSTHDR(&parcel.message);
  if (count == 0 || !header || header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS ||
      header->cmsg_len != CMSG_LEN(sizeof(int))) {
    errno = EBADMSG;
    return -1;
  }
  int descriptor;
  memcpy(&descriptor, CMSG_DATA(header), sizeof descriptor);
  return descriptor;
}

void equipoise_wait_for_hangup(int socket) {
  struct pollfd entry = {socket, POLLRDHUP, 0};
  for (;;) {
    if (poll(&entry, 1, -1) < 0 && errno != EINTR && errno != EAGAIN) return;
    if (entry.revents & (POLLRDHUP | POLLHUP | POLLERR | POLLNVAL)) return;
    entry.revents = 0;
  }
}

void equipoise_close_from(int first) {
#ifdef __linux__
  if (syscall(__NR_close_range, (unsigned)first, ~0U, 0) == 0) return;
#endif
  struct rlimit limit;
  const int end = getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < 65536 ? (int)limit.rlim_cur : 65536;
  for (int descriptor = first; descriptor < end; descriptor++) close(descriptor);
}
