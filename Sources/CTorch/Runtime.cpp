// What belongs to the thread or the process: autocast, generators, devices, threads.
#include <ATen/Context.h>
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Parallel.h>
#include <ATen/autocast_mode.h>
#include <ATen/detail/AcceleratorHooksInterface.h>
#include <ATen/Version.h>
#include <c10/core/impl/VirtualGuardImpl.h>
#include <dlfcn.h>
#include <torch/headeronly/version.h>

#include "Boundary.hpp"

#if TORCH_VERSION_MAJOR != 2 || TORCH_VERSION_MINOR < 11 || TORCH_VERSION_MINOR > 13
#error "Equipoise supports libtorch 2.11 to 2.13; the headers found are of another version"
#endif

using namespace ctorch;

CTStatus ct_autocast_begin(int32_t device_type, int32_t dtype) {
  return guarded([&] {
    const auto type = static_cast<at::DeviceType>(device_type);
    at::autocast::set_autocast_enabled(type, true);
    at::autocast::set_autocast_dtype(type, static_cast<at::ScalarType>(dtype));
    at::autocast::increment_nesting();
  });
}

CTStatus ct_autocast_end(int32_t device_type) {
  return guarded([&] {
    // The cache holds the weights' casts of this scope; they must not outlive an optimiser step.
    if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
    at::autocast::set_autocast_enabled(static_cast<at::DeviceType>(device_type), false);
  });
}

CTStatus ct_generator_create(CTDevice target, uint64_t seed, CTGenerator *out) {
  return guarded([&] {
    const c10::Device where = device(target);
    at::Generator generator;
    if (where.is_cpu()) {
      generator = at::detail::createCPUGenerator(seed);
    } else {
      auto &context = at::globalContext();
      context.lazyInitDevice(where.type());
      generator = context.getAcceleratorHooksInterface(where.type()).getNewGenerator(where.index());
      generator.set_current_seed(seed);
    }
    out->impl = new at::Generator(std::move(generator));
  });
}

void ct_generator_free(CTGenerator generator) {
  delete static_cast<at::Generator *>(generator.impl);
}

CTStatus ct_generator_state(CTGenerator generator, CTTensor *out) {
  return guarded(
      [&] { *out = handed(static_cast<at::Generator *>(generator.impl)->get_state()); });
}

CTStatus ct_generator_set_state(CTGenerator generator, CTTensor state) {
  return guarded(
      [&] { static_cast<at::Generator *>(generator.impl)->set_state(*Borrowed(state)); });
}

#define CT_TEXT(x) #x
#define CT_EXPANDED(x) CT_TEXT(x)

const char *ct_version(void) {
  return CT_EXPANDED(TORCH_VERSION_MAJOR) "." CT_EXPANDED(TORCH_VERSION_MINOR) "." CT_EXPANDED(
      TORCH_VERSION_PATCH);
}

const char *ct_configuration(void) {
  static const std::string text = at::show_config() + "\nCPU capability: " + at::get_cpu_capability();
  return text.c_str();
}

CTStatus ct_load_library(const char *path) {
  // Global, so that the kernels it registers and the typeinfo it shares are the process's own.
  if (dlopen(path, RTLD_NOW | RTLD_GLOBAL) != nullptr) return 0;
  const char *reason = dlerror();
  return fail(reason == nullptr ? "the library cannot be loaded" : reason);
}

const char *ct_library_path(void) {
  static const std::string path = [] {
    Dl_info info;
    const auto symbol = reinterpret_cast<const void *>(&at::get_num_threads);
    return dladdr(symbol, &info) != 0 && info.dli_fname != nullptr ? std::string(info.dli_fname)
                                                                   : std::string();
  }();
  return path.c_str();
}

bool ct_has_device(int32_t device_type) { return ct_device_count(device_type) > 0; }

int32_t ct_device_count(int32_t device_type) {
  const auto type = static_cast<at::DeviceType>(device_type);
  if (type == at::kCPU) return 1;
  int32_t count = 0;
  // A driver that is missing or too old is no device, not an error.
  guarded([&] {
    const auto *registered = c10::impl::device_guard_impl_registry[static_cast<size_t>(type)].load();
    if (registered != nullptr) count = registered->deviceCount();
  });
  return count;
}

CTStatus ct_synchronize(CTDevice target) {
  return guarded([&] {
    const c10::Device where = device(target);
    if (where.is_cpu()) return;
    c10::impl::VirtualGuardImpl(where.type()).synchronizeDevice(where.index());
  });
}

int32_t ct_threads(void) { return at::get_num_threads(); }

void ct_set_threads(int32_t count) { at::set_num_threads(count); }

void ct_set_deterministic(bool deterministic) {
  auto &context = at::globalContext();
  context.setDeterministicAlgorithms(deterministic, false);
  context.setDeterministicFillUninitializedMemory(false);
  context.setDeterministicCuDNN(deterministic);
  context.setBenchmarkCuDNN(!deterministic);
}
