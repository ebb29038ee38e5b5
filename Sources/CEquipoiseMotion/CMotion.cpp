// SPDX-License-Identifier: Apache-2.0
#include "CMotion.h"

#include <cstdio>
#include <exception>

#include <opencv2/core.hpp>
#include <opencv2/core/utils/logger.hpp>
#include <opencv2/imgproc.hpp>
#include <opencv2/video/tracking.hpp>

namespace {

cv::Mat grey(const uint8_t *pixels, int rows, int columns) {
  // OpenCV has no matrix over constant memory; this one is only read.
  const cv::Mat colour(rows, columns, CV_8UC3, const_cast<uint8_t *>(pixels));
  cv::Mat result;
  cv::cvtColor(colour, result, cv::COLOR_RGB2GRAY);
  return result;
}

}  // namespace

int cm_dis(
    const uint8_t *first, const uint8_t *second, int rows, int columns, int preset, float *flow,
    char *message, int capacity) {
  try {
    // Clips are prepared side by side, which keeps the processors busy.
    static const bool quiet = [] {
      cv::setNumThreads(1);
      cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);
      return true;
    }();
    (void)quiet;
    cv::Mat result(rows, columns, CV_32FC2, flow);
    const cv::Ptr<cv::DISOpticalFlow> search = cv::DISOpticalFlow::create(preset);
    search->calc(grey(first, rows, columns), grey(second, rows, columns), result);
    if (result.data != reinterpret_cast<uchar *>(flow)) {
      result.copyTo(cv::Mat(rows, columns, CV_32FC2, flow));
    }
    return 0;
  } catch (const std::exception &error) {
    std::snprintf(message, static_cast<size_t>(capacity), "%s", error.what());
    return 1;
  } catch (...) {
    std::snprintf(message, static_cast<size_t>(capacity), "unknown failure");
    return 1;
  }
}
