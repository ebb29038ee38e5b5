// SPDX-License-Identifier: Apache-2.0
/* What Swift cannot call of FFmpeg: its macros, and what changed its name between versions. */
#ifndef EQUIPOISE_CMEDIA_H
#define EQUIPOISE_CMEDIA_H

#include <libavformat/avformat.h>
#include <libswresample/swresample.h>
#include <libswscale/swscale.h>

/* AV_NOPTS_VALUE, AVERROR(EAGAIN), AVERROR_EOF and AVERROR_INVALIDDATA. */
extern const int64_t cmedia_no_timestamp;
extern const int cmedia_error_again;
extern const int cmedia_error_end;
extern const int cmedia_error_invalid;

/* Makes `context` refuse to open any file beside the one it was given. */
void cmedia_refuse_other_files(AVFormatContext *context);

/* Reads a file of `size` bytes through its descriptor, which stays open and keeps its place; NULL without
   memory. */
AVIOContext *cmedia_open(int descriptor, int64_t size);

/* Frees what `cmedia_open` made. */
void cmedia_close(AVIOContext *context);

/* The 3 x 3 display matrix of a stream, else of a frame of it, else NULL. */
const int32_t *cmedia_display_matrix(const AVStream *stream, const AVFrame *frame);

/* A converter from a frame's samples to float ones, with its rate and its channels; NULL without memory
   or for samples that it does not take. Freed with swr_free. */
SwrContext *cmedia_float_converter(const AVFrame *frame);

/* What a mix has come to: sums over its samples. */
typedef struct {
  /* Of the squares of the mix. */
  double mixed;
  /* Of the squares of the channels, averaged over the channels. */
  double channels;
  /* The greatest absolute value of any channel, and the mix's samples beyond -2...2. */
  double peak;
  int64_t clipped;
} cmedia_power;

/* Writes the mean of a frame's channels into `mono`, nb_samples long, and adds to `power`; returns 0 or an
   error. */
int cmedia_mean(SwrContext *converter, const AVFrame *frame, float *mono, cmedia_power *power);

/* A resampler of one float channel; NULL without memory. Freed with swr_free. */
SwrContext *cmedia_resampler(int from, int to);

/* Gives the resampler `count` samples (NULL: takes what is left inside) and takes up to `capacity`; returns
   their number or an error. */
int cmedia_resample(SwrContext *resampler, float *target, int capacity, const float *samples, int count);

/* A converter from a frame's pixels to RGB24 of the same size, with the frame's own colour matrix and
   range; NULL without memory or for pixels that it does not take. Freed with sws_freeContext. */
struct SwsContext *cmedia_rgb_converter(const AVFrame *frame);

/* Converts a frame into `rgb`, which holds a buffer; returns an error or 0 or more. */
int cmedia_convert(struct SwsContext *converter, AVFrame *rgb, const AVFrame *frame);

/* Has FFmpeg keep what it warns of on this thread instead of printing it; forgets what it kept. */
void cmedia_keep_log(void);

/* The number of lines kept on this thread, and each of them: "[name] level: text". */
int cmedia_log_count(void);
const char *cmedia_log_line(int index);

/* Whether `count` bytes are all zero. */
int cmedia_is_zero(const uint8_t *bytes, int64_t count);

#endif
