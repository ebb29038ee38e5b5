#include "CMedia.h"

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

SwrContext *cmedia_mono_resampler(const AVFrame *frame, int rate) {
  AVChannelLayout mono = AV_CHANNEL_LAYOUT_MONO;
  AVChannelLayout layout = {0};
  SwrContext *resampler = NULL;
  /* A file may tell the number of channels only. */
  if (frame->ch_layout.order == AV_CHANNEL_ORDER_UNSPEC)
    av_channel_layout_default(&layout, frame->ch_layout.nb_channels);
  else if (av_channel_layout_copy(&layout, &frame->ch_layout) < 0)
    return NULL;
  if (swr_alloc_set_opts2(&resampler, &mono, AV_SAMPLE_FMT_FLT, rate, &layout, frame->format,
                          frame->sample_rate, 0, NULL) < 0 ||
      swr_init(resampler) < 0)
    swr_free(&resampler);
  av_channel_layout_uninit(&layout);
  return resampler;
}

int cmedia_resample(SwrContext *resampler, float *samples, int capacity, const AVFrame *frame) {
  uint8_t *target = (uint8_t *)samples;
  return swr_convert(resampler, &target, capacity,
                     frame ? (const uint8_t **)frame->extended_data : NULL,
                     frame ? frame->nb_samples : 0);
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
