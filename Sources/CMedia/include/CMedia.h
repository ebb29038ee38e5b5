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

/* The 3 x 3 display matrix of a stream, else of a frame of it, else NULL. */
const int32_t *cmedia_display_matrix(const AVStream *stream, const AVFrame *frame);

/* A resampler from a frame's samples to one float channel at `rate` hertz; NULL without memory or
   for samples that it does not take. Freed with swr_free. */
SwrContext *cmedia_mono_resampler(const AVFrame *frame, int rate);

/* Gives the resampler a frame (NULL: what is left inside) and takes up to `capacity` samples; returns
   their number or an error. */
int cmedia_resample(SwrContext *resampler, float *samples, int capacity, const AVFrame *frame);

/* A converter from a frame's pixels to RGB24 of the same size, with the frame's own colour matrix and
   range; NULL without memory or for pixels that it does not take. Freed with sws_freeContext. */
struct SwsContext *cmedia_rgb_converter(const AVFrame *frame);

/* Converts a frame into `rgb`, which holds a buffer; returns an error or 0 or more. */
int cmedia_convert(struct SwsContext *converter, AVFrame *rgb, const AVFrame *frame);

#endif
