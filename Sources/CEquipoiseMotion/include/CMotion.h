// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// The presets of OpenCV's dense inverse search, from fast to exact.
enum CMPreset { CMPresetUltraFast = 0, CMPresetFast = 1, CMPresetMedium = 2 };

/// Motion from one image to the next by dense inverse search.
///
/// `first` and `second` are rows × columns × 3 bytes, red first; `flow` takes rows × columns × 2 numbers,
/// across and down in pixels. Gives 0, or another number with what went wrong in the `capacity` bytes at
/// `message`.
int cm_dis(
    const uint8_t *first, const uint8_t *second, int rows, int columns, int preset, float *flow,
    char *message, int capacity);

#ifdef __cplusplus
}
#endif
