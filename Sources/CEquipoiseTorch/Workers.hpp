// SPDX-License-Identifier: Apache-2.0
// What a group of workers is behind its handle.
#pragma once

#include <torch/csrc/distributed/c10d/Backend.hpp>
#include <torch/csrc/distributed/c10d/Store.hpp>

#include <atomic>
#include <chrono>

#include "Boundary.hpp"

namespace ctorch {

struct Group {
  c10::intrusive_ptr<c10d::Backend> backend;
  /// The way of gradients, which go on it while other things wait for an answer on the first.
  c10::intrusive_ptr<c10d::Backend> gradients;
  /// Nanoseconds that have been spent waiting for the others.
  mutable std::atomic<int64_t> waited{0};

  Group(c10::intrusive_ptr<c10d::Backend> backend, c10::intrusive_ptr<c10d::Backend> gradients)
      : backend(std::move(backend)), gradients(std::move(gradients)) {}

  /// Counts the time of its life as waiting.
  class Clock {
   public:
    explicit Clock(const Group &group) : group_(group) {}
    ~Clock() {
      const auto time = std::chrono::steady_clock::now() - start_;
      group_.waited += std::chrono::duration_cast<std::chrono::nanoseconds>(time).count();
    }
    Clock(const Clock &) = delete;
    Clock &operator=(const Clock &) = delete;

   private:
    const Group &group_;
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  };

  int64_t count() const { return backend->getSize(); }
  int64_t rank() const { return backend->getRank(); }

  /// Sums of all workers in the place of each one's own numbers, which lie densely.
  void sum(at::Tensor &tensor) const;
  /// One worker's rows after the other's; as many of each. [n, …] → [N·n, …].
  at::Tensor gathered(const at::Tensor &rows) const;
};

inline const Group &defined(CTGroup handle) {
  TORCH_CHECK(handle.impl != nullptr, "an undefined group of workers");
  return *static_cast<const Group *>(handle.impl);
}

}  // namespace ctorch
