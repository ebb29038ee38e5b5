// SPDX-License-Identifier: Apache-2.0
#include "CMedia.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include <libavutil/channel_layout.h>
#include <libavutil/opt.h>

const int64_t cmedia_no_timestamp = AV_NOPTS_VALUE;
const int cmedia_error_again = AVERROR(EAGAIN);
const int cmedia_error_end = AVERROR_EOF;
const int cmedia_error_invalid = AVERROR_INVALIDDATA;

static int refuse(struct AVFormatContext *context, AVIOContext **file, const char *name, int flags,
                  AVDictionary **options) {
  return AVERROR(EPERM);
}

void cmedia_refuse_other_files(AVFormatContext *context) { context->io_open = refuse; }

static const int32_t *stream_matrix(const AVStream *stream) {
#if LIBAVCODEC_VERSION_INT >= AV_VERSION_INT(60, 31, 100)
  const AVPacketSideData *data =
      av_packet_side_data_get(stream->codecpar->coded_side_data,
                              stream->codecpar->nb_coded_side_data, AV_PKT_DATA_DISPLAYMATRIX);
  return data && data->size >= 36 ? (const int32_t *)data->data : NULL;
#else
  size_t size = 0;
  const uint8_t *data = av_stream_get_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, &size);
  return data && size >= 36 ? (const int32_t *)data : NULL;
#endif
}

const int32_t *cmedia_display_matrix(const AVStream *stream, const AVFrame *frame) {
  const int32_t *matrix = stream_matrix(stream);
  if (matrix || !frame) return matrix;
  const AVFrameSideData *data = av_frame_get_side_data(frame, AV_FRAME_DATA_DISPLAYMATRIX);
  return data && data->size >= 36 ? (const int32_t *)data->data : NULL;
}

SwrContext *cmedia_float_converter(const AVFrame *frame) {
  AVChannelLayout layout = {0};
  SwrContext *converter = NULL;
  /* A file may tell the number of channels only. */
  if (frame->ch_layout.order == AV_CHANNEL_ORDER_UNSPEC)
    av_channel_layout_default(&layout, frame->ch_layout.nb_channels);
  else if (av_channel_layout_copy(&layout, &frame->ch_layout) < 0)
    return NULL;
  if (swr_alloc_set_opts2(&converter, &layout, AV_SAMPLE_FMT_FLTP, frame->sample_rate, &layout,
                          frame->format, frame->sample_rate, 0, NULL) < 0 ||
      swr_init(converter) < 0)
    swr_free(&converter);
  av_channel_layout_uninit(&layout);
  return converter;
}

int cmedia_mean(SwrContext *converter, const AVFrame *frame, float *mono, cmedia_power *power) {
  const int channels = frame->ch_layout.nb_channels, count = frame->nb_samples;
  uint8_t **planes = NULL;
  int code = av_samples_alloc_array_and_samples(&planes, NULL, channels, count, AV_SAMPLE_FMT_FLTP, 0);
  if (code < 0) return code;
  code = swr_convert(converter, planes, count, (const uint8_t **)frame->extended_data, count);
  if (code >= 0 && code != count) code = AVERROR_BUG;
  for (int index = 0; code >= 0 && index < count; index++) {
    double sum = 0, squares = 0;
    for (int channel = 0; channel < channels; channel++) {
      const double sample = ((const float *)planes[channel])[index];
      sum += sample;
      squares += sample * sample;
      if (fabs(sample) > power->peak) power->peak = fabs(sample);
    }
    const double mean = sum / channels;
    mono[index] = mean;
    power->mixed += mean * mean;
    power->channels += squares / channels;
    power->clipped += fabs(mean) > 2;
  }
  av_freep(&planes[0]);
  av_freep(&planes);
  return code < 0 ? code : 0;
}

SwrContext *cmedia_resampler(int from, int to) {
  AVChannelLayout mono = AV_CHANNEL_LAYOUT_MONO;
  SwrContext *resampler = NULL;
  if (swr_alloc_set_opts2(&resampler, &mono, AV_SAMPLE_FMT_FLT, to, &mono, AV_SAMPLE_FMT_FLT, from, 0,
                          NULL) < 0 ||
      swr_init(resampler) < 0)
    swr_free(&resampler);
  return resampler;
}

int cmedia_resample(SwrContext *resampler, float *target, int capacity, const float *samples, int count) {
  uint8_t *output = (uint8_t *)target;
  const uint8_t *input = (const uint8_t *)samples;
  return swr_convert(resampler, &output, capacity, samples ? &input : NULL, count);
}

struct SwsContext *cmedia_rgb_converter(const AVFrame *frame) {
  struct SwsContext *converter =
      sws_getContext(frame->width, frame->height, frame->format, frame->width, frame->height,
                     AV_PIX_FMT_RGB24, SWS_BICUBIC, NULL, NULL, NULL);
  if (!converter) return NULL;
  int *from, *to, source_range, target_range, brightness, contrast, saturation;
  if (sws_getColorspaceDetails(converter, &from, &source_range, &to, &target_range, &brightness,
                               &contrast, &saturation) >= 0) {
    if (frame->color_range != AVCOL_RANGE_UNSPECIFIED)
      source_range = frame->color_range == AVCOL_RANGE_JPEG;
    /* The numbers of AVColorSpace are those of SWS_CS_...; 2, "unspecified", is BT.601 there. */
    sws_setColorspaceDetails(converter, sws_getCoefficients(frame->colorspace), source_range, to,
                             target_range, brightness, contrast, saturation);
  }
  return converter;
}

int cmedia_convert(struct SwsContext *converter, AVFrame *rgb, const AVFrame *frame) {
  return sws_scale(converter, (const uint8_t *const *)frame->data, frame->linesize, 0, frame->height,
                   rgb->data, rgb->linesize);
}

enum { log_lines = 32, log_length = 160 };

/* What is decoded on a thread is logged on it, as codecs have one thread here. */
static _Thread_local char log_text[log_lines][log_length];
static _Thread_local int log_count;
static _Thread_local const char *log_format;
static _Thread_local int log_repeats;

static void keep(void *object, int level, const char *format, va_list arguments) {
  if (level > AV_LOG_WARNING) return;
  /* A damaged track says the same of every packet: the last lines matter, so the oldest give way. */
  log_repeats = format == log_format ? log_repeats + 1 : 0;
  log_format = format;
  if (log_repeats >= 8 && log_count > 0) log_count--;
  if (log_count == log_lines) {
    memmove(log_text[0], log_text[1], sizeof log_text - sizeof log_text[0]);
    log_count--;
  }
  const AVClass *class = object ? *(const AVClass **)object : NULL;
  char *line = log_text[log_count++];
  int length = snprintf(line, log_length, "[%s] %d: ", class ? class->item_name(object) : "", level);
  if (length > 0 && length < log_length) vsnprintf(line + length, log_length - length, format, arguments);
}

void cmedia_keep_log(void) {
  log_count = 0;
  log_format = NULL;
  av_log_set_callback(keep);
}

int cmedia_log_count(void) { return log_count; }

const char *cmedia_log_line(int index) {
  return index >= 0 && index < log_count ? log_text[index] : "";
}

int cmedia_is_zero(const uint8_t *bytes, int64_t count) {
  return count > 0 && bytes[0] == 0 && memcmp(bytes, bytes + 1, (size_t)count - 1) == 0;
}
