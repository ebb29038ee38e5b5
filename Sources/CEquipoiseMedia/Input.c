// SPDX-License-Identifier: Apache-2.0
#define _XOPEN_SOURCE 700
#include "CMedia.h"

#include <errno.h>
#include <unistd.h>

/* FFmpeg's own size for files. */
enum { buffer_size = 32768 };

typedef struct {
  int descriptor;
  int64_t place, size;
} input;

static int read_bytes(void *opaque, uint8_t *buffer, int count) {
  input *file = opaque;
  ssize_t got;
  do got = pread(file->descriptor, buffer, (size_t)count, file->place);
  while (got < 0 && errno == EINTR);
  if (got < 0) return AVERROR(errno);
  file->place += got;
  return got == 0 ? AVERROR_EOF : (int)got;
}

static int64_t seek(void *opaque, int64_t offset, int whence) {
  input *file = opaque;
  switch (whence & ~AVSEEK_FORCE) {
    case AVSEEK_SIZE: return file->size;
    case SEEK_SET: break;
    case SEEK_CUR: offset += file->place; break;
    case SEEK_END: offset += file->size; break;
    default: return AVERROR(EINVAL);
  }
  if (offset < 0) return AVERROR(EINVAL);
  return file->place = offset;
}

AVIOContext *cmedia_open(int descriptor, int64_t size) {
  input *file = av_mallocz(sizeof *file);
  uint8_t *buffer = av_malloc(buffer_size);
  AVIOContext *context =
      file && buffer ? avio_alloc_context(buffer, buffer_size, 0, file, read_bytes, NULL, seek) : NULL;
  if (!context) {
    av_free(buffer);
    av_free(file);
    return NULL;
  }
  *file = (input){descriptor, 0, size};
  return context;
}

void cmedia_close(AVIOContext *context) {
  if (!context) return;
  av_freep(&context->opaque);
  av_freep(&context->buffer);
  avio_context_free(&context);
}
