// SPDX-License-Identifier: Apache-2.0
// What belongs to the thread or the process: autocast, generators, devices, threads.
#include <ATen/Context.h>
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Parallel.h>
#include <ATen/autocast_mode.h>
#include <ATen/detail/AcceleratorHooksInterface.h>
#include <ATen/Version.h>
#include <c10/core/CachingDeviceAllocator.h>
#include <c10/core/impl/VirtualGuardImpl.h>
#include <dlfcn.h>
#include <torch/headeronly/version.h>

#include "Boundary.hpp"

#ifdef __linux__
#include <sched.h>

#include <vector>
#endif

#if TORCH_VERSION_MAJOR != 2 || TORCH_VERSION_MINOR < 11 || TORCH_VERSION_MINOR > 13
#error "Equipoise supports libtorch 2.11 to 2.13; the headers found are of another version"
#endif

using namespace ctorch;

CTStatus ct_autocast_begin(int32_t device_type, int32_t dtype, int32_t *before) {
  return guarded([&] {
    const auto type = deviceType(device_type);
    const auto lower = scalarType(dtype);
    *before = at::autocast::is_autocast_enabled(type)
                  ? static_cast<int32_t>(at::autocast::get_autocast_dtype(type))
                  : -1;
    at::autocast::set_autocast_enabled(type, true);
    at::autocast::set_autocast_dtype(type, lower);
    at::autocast::increment_nesting();
  });
}

CTStatus ct_autocast_end(int32_t device_type, int32_t before) {
  return guarded([&] {
    const auto type = deviceType(device_type);
    // The cache holds the weights' casts of this scope: they must outlive neither an optimiser step
    // nor their type.
    at::autocast::decrement_nesting();
    at::autocast::clear_cache();
    at::autocast::set_autocast_enabled(type, before >= 0);
    if (before >= 0) at::autocast::set_autocast_dtype(type, scalarType(before));
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
  return guarded([&] { *out = handed(defined(generator).get_state()); });
}

CTStatus ct_generator_set_state(CTGenerator generator, CTTensor state) {
  return guarded([&] { defined(generator).set_state(defined(state)); });
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
  int32_t count = 0;
  // A driver that is missing or too old means that there is no device; it is not an error.
  guarded([&] {
    const auto type = deviceType(device_type);
    if (type == at::kCPU) {
      count = 1;
      return;
    }
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

int32_t ct_openmp(void) {
  // The other two have GNU's entry points as well.
  if (dlsym(RTLD_DEFAULT, "kmp_set_blocktime") != nullptr) return 2;
  return dlsym(RTLD_DEFAULT, "GOMP_parallel") != nullptr ? 1 : 0;
}

int32_t ct_allowed_processors(void) {
#ifdef __linux__
  // A set that has no room for every processor of the machine is refused.
  std::vector<cpu_set_t> sets(64);
  const size_t size = sets.size() * sizeof(cpu_set_t);
  if (sched_getaffinity(0, size, sets.data()) == 0) return CPU_COUNT_S(size, sets.data());
#endif
  return 0;
}

CTStatus ct_device_memory(CTDevice target, int64_t *total, int64_t *peak) {
  return guarded([&] {
    const c10::Device where = device(target);
    TORCH_CHECK(ct_device_count(target.type) > where.index() && !where.is_cpu(),
                "no accelerator ", where);
    auto *allocator = at::getDeviceAllocator(where.type());
    *total = static_cast<int64_t>(allocator->getMemoryInfo(where.index()).second);
    const auto all = static_cast<size_t>(c10::CachingAllocator::StatType::AGGREGATE);
    *peak = allocator->getDeviceStats(where.index()).allocated_bytes[all].peak;
  });
}

int32_t ct_threads(void) { return at::get_num_threads(); }

void ct_set_threads(int32_t count) { at::set_num_threads(count); }

void ct_set_deterministic(bool deterministic) {
  // cuBLAS reads it when it first computes; without a fixed workspace its sums may change order.
  static const int once = setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8", /*overwrite=*/0);
  static_cast<void>(once);
  auto &context = at::globalContext();
  context.setDeterministicAlgorithms(deterministic, false);
  context.setDeterministicFillUninitializedMemory(false);
  context.setDeterministicCuDNN(deterministic);
  context.setBenchmarkCuDNN(!deterministic);
}

bool ct_deterministic(void) { return at::globalContext().deterministicAlgorithms(); }

void ct_set_tf32(bool allowed) {
  // By libtorch's own defaults convolutions use TF32 and matrix products do not.
  at::globalContext().setAllowTF32CuBLAS(allowed);
  at::globalContext().setAllowTF32CuDNN(allowed);
}

bool ct_tf32(void) {
  return at::globalContext().allowTF32CuBLAS() && at::globalContext().allowTF32CuDNN();
}
