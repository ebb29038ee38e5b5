// SPDX-License-Identifier: Apache-2.0
// The one exception boundary and the one place where handles become libtorch's types.
#pragma once

#include <ATen/core/Generator.h>
#if !__has_include(<ATen/core/Tensor.h>)
#error "libtorch is missing: run 'make setup' first"
#endif

#include <ATen/core/Tensor.h>
#include <c10/util/Exception.h>

#include <exception>
#include <string>
#include <utility>

#include "CTorch.h"

namespace ctorch {

/// This thread's last error.
inline std::string &lastError() {
  thread_local std::string message;
  return message;
}

inline CTStatus fail(std::string message) {
  lastError() = std::move(message);
  return 1;
}

/// Runs `body`; whatever it throws becomes a status and a message.
template <typename Body>
CTStatus guarded(Body &&body) noexcept {
  try {
    body();
    return 0;
  } catch (const c10::Error &error) {
    return fail(error.what_without_backtrace());
  } catch (const std::exception &error) {
    return fail(error.what());
  } catch (...) {
    return fail("an exception of unknown type");
  }
}

/// The tensor behind a handle, without touching its reference count.
class Borrowed {
 public:
  explicit Borrowed(CTTensor handle)
      : tensor_(handle.impl == nullptr
                    ? at::Tensor()
                    : at::Tensor(c10::intrusive_ptr<at::TensorImpl>::reclaim(
                          static_cast<at::TensorImpl *>(handle.impl)))) {}
  ~Borrowed() { tensor_.unsafeReleaseTensorImpl(); }
  Borrowed(const Borrowed &) = delete;
  Borrowed &operator=(const Borrowed &) = delete;
  const at::Tensor &operator*() const { return tensor_; }
  const at::Tensor *operator->() const { return &tensor_; }

 private:
  at::Tensor tensor_;
};

/// A new reference to the tensor behind a handle.
inline at::Tensor retained(CTTensor handle) { return *Borrowed(handle); }

/// As `retained`, for calls that libtorch does not check itself.
inline at::Tensor defined(CTTensor handle) {
  TORCH_CHECK(handle.impl != nullptr, "an undefined tensor");
  return retained(handle);
}

inline at::Generator &defined(CTGenerator handle) {
  TORCH_CHECK(handle.impl != nullptr, "an undefined generator");
  return *static_cast<at::Generator *>(handle.impl);
}

/// Gives a reference to the caller.
inline CTTensor handed(at::Tensor tensor) {
  if (!tensor.defined()) return CTTensor{nullptr};
  return CTTensor{tensor.unsafeReleaseTensorImpl()};
}

inline std::vector<at::Tensor> retained(const CTTensor *handles, int32_t count) {
  std::vector<at::Tensor> tensors;
  tensors.reserve(static_cast<size_t>(count));
  for (int32_t i = 0; i < count; ++i) tensors.push_back(retained(handles[i]));
  return tensors;
}

inline c10::DeviceType deviceType(int32_t type) {
  // libtorch indexes tables by this number without looking.
  TORCH_CHECK(type >= 0 && type < static_cast<int32_t>(c10::DeviceType::COMPILE_TIME_MAX_DEVICE_TYPES),
              type, " is not a device type");
  return static_cast<c10::DeviceType>(type);
}

inline c10::ScalarType scalarType(int32_t type) {
  TORCH_CHECK(type >= 0 && type < static_cast<int32_t>(c10::ScalarType::NumOptions), type,
              " is not an element type");
  return static_cast<c10::ScalarType>(type);
}

inline c10::Device device(CTDevice device) {
  return c10::Device(deviceType(device.type), static_cast<c10::DeviceIndex>(device.index));
}

}  // namespace ctorch
