// SPDX-License-Identifier: Apache-2.0
// Gloo's devices, which c10d's header holds by pointer; libtorch comes without Gloo's own headers.
#pragma once

namespace gloo::transport {
class Device;
class UnboundBuffer;
}  // namespace gloo::transport
