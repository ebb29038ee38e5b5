// SPDX-License-Identifier: Apache-2.0
// What c10d's header of its Gloo backend says of Gloo's contexts; libtorch comes without Gloo's own headers.
#pragma once

#include <chrono>

namespace gloo {
class Context {
 public:
  void setTimeout(std::chrono::milliseconds timeout);
};
}  // namespace gloo
