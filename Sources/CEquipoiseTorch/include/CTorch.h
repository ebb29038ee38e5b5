// SPDX-License-Identifier: Apache-2.0
// The C face of libtorch: handles in, status out. No torch header is visible from here.
//
// - Every function that can fail returns a CTStatus: 0, or 1 with the reason in ct_last_error().
// - A CTTensor or CTGenerator that comes out of a function is owned by the caller, who frees it
//   once. One that goes in stays the caller's.
// - Operators are called by their ATen name through libtorch's dispatcher, so a new operator needs
//   no new C function.
#ifndef EQUIPOISE_CTORCH_H
#define EQUIPOISE_CTORCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef int32_t CTStatus;

/// One reference to a tensor; `impl` is null for the undefined tensor.
typedef struct {
  void *impl;
} CTTensor;

/// A random number generator.
typedef struct {
  void *impl;
} CTGenerator;

/// An operator of the dispatcher. Never freed: it lives as long as the process.
typedef struct {
  const void *impl;
} CTOperator;

/// Device types by libtorch's own numbers (CPU 0, CUDA 1, MPS 13).
typedef struct {
  int32_t type;
  int32_t index;
} CTDevice;

/// What a CTValue holds. Lists lie in the pools that are passed beside the values.
typedef enum {
  CTValueNone = 0,
  CTValueTensor = 1,
  CTValueInt = 2,
  CTValueDouble = 3,
  CTValueBool = 4,
  CTValueInts = 5,
  CTValueDoubles = 6,
  CTValueTensors = 7,
  CTValueOptionalTensors = 8,
  CTValueGenerator = 9,
  CTValueDevice = 10,
  CTValueString = 11,
  CTValueBools = 12,
} CTValueTag;

/// One argument of an operator. `integer` is the number, the truth value, or the offset of a list's
/// first element in its pool; `count` is the list's length.
typedef struct {
  int32_t tag;
  int32_t count;
  int64_t integer;
  double real;
  const void *pointer;
} CTValue;

/// The lists that values refer to by offset.
typedef struct {
  const int64_t *integers;
  const double *reals;
  const CTTensor *tensors;
} CTPools;

/// The reason of this thread's last failure; valid until its next failure.
const char *ct_last_error(void);

// Operators

CTStatus ct_operator(const char *name, const char *overload, CTOperator *out);
/// Calls an operator; arguments left out at the end take the schema's defaults. Tensor results, lists
/// flattened, go to `outputs` (at most `capacity`), their number to `count`.
CTStatus ct_call(CTOperator op, const CTValue *values, int32_t value_count, CTPools pools,
                 CTTensor *outputs, int32_t capacity, int32_t *count);

// Tensors

void ct_tensor_free(CTTensor tensor);
/// A CPU tensor over memory that is not copied; `release(context)` runs when the last user is gone,
/// and also when this call fails.
CTStatus ct_tensor_over(void *data, const int64_t *sizes, int32_t rank, int32_t dtype,
                        void (*release)(void *), void *context, CTTensor *out);
int32_t ct_tensor_rank(CTTensor tensor);
int64_t ct_tensor_size(CTTensor tensor, int32_t dimension);
int64_t ct_tensor_stride(CTTensor tensor, int32_t dimension);
int64_t ct_tensor_numel(CTTensor tensor);
int32_t ct_tensor_dtype(CTTensor tensor);
CTDevice ct_tensor_device(CTTensor tensor);
bool ct_tensor_is_contiguous(CTTensor tensor, int32_t memory_format);
/// Whether both refer to the same tensor (not: to equal numbers).
bool ct_tensor_is_same(CTTensor a, CTTensor b);
CTStatus ct_tensor_data(CTTensor tensor, void **out);
/// Whether the numbers lie in page-locked host memory.
bool ct_tensor_is_pinned(CTTensor tensor);

// Arithmetic that no single operator has

/// Euclidean distances between rows of [B, n] and [K, n], differentiable: [B, K].
CTStatus ct_distances(CTTensor rows, CTTensor others, CTTensor *out);

// Autograd

bool ct_tensor_requires_grad(CTTensor tensor);
CTStatus ct_tensor_set_requires_grad(CTTensor tensor, bool value);
/// The accumulated gradient, or the undefined tensor.
CTStatus ct_tensor_grad(CTTensor tensor, CTTensor *out);
/// An undefined `gradient` clears it.
CTStatus ct_tensor_set_grad(CTTensor tensor, CTTensor gradient);
CTStatus ct_backward(const CTTensor *roots, int32_t count, const CTTensor *gradients,
                     bool retain_graph);
/// Gradients of `outputs` with respect to `inputs`; where an input was not used and `allow_unused`
/// holds, the undefined tensor.
CTStatus ct_gradients(const CTTensor *outputs, int32_t output_count, const CTTensor *inputs,
                      int32_t input_count, const CTTensor *output_gradients, bool retain_graph,
                      bool create_graph, bool allow_unused, CTTensor *gradients);
/// Grad mode is a property of the thread. Returns what it was.
bool ct_set_grad_enabled(bool enabled);
bool ct_grad_enabled(void);

// Autocast (a property of the thread)

/// Gives the type that was in force `before`, -1 for none, which ct_autocast_end brings back.
CTStatus ct_autocast_begin(int32_t device_type, int32_t dtype, int32_t *before);
CTStatus ct_autocast_end(int32_t device_type, int32_t before);

// Random numbers

CTStatus ct_generator_create(CTDevice device, uint64_t seed, CTGenerator *out);
void ct_generator_free(CTGenerator generator);
CTStatus ct_generator_state(CTGenerator generator, CTTensor *out);
CTStatus ct_generator_set_state(CTGenerator generator, CTTensor state);

// The runtime

/// The version these sources were compiled against, such as "2.13.0".
const char *ct_version(void);
/// CPU capability and libraries in libtorch's own words.
const char *ct_configuration(void);
/// Loads a library of libtorch's (CUDA) that registers further kernels.
CTStatus ct_load_library(const char *path);
/// The file that libtorch's CPU library was loaded from; "" where the system cannot tell.
const char *ct_library_path(void);
bool ct_has_device(int32_t device_type);
int32_t ct_device_count(int32_t device_type);
CTStatus ct_synchronize(CTDevice device);
/// Whose OpenMP runtime is in the process: 0 nobody's, 1 GNU's, 2 LLVM's or Intel's.
int32_t ct_openmp(void);
/// The processors that this process may run on; 0 where the system does not tell.
int32_t ct_allowed_processors(void);
/// Bytes of an accelerator's memory: all of it, and the most that this process's tensors have held.
CTStatus ct_device_memory(CTDevice device, int64_t *total, int64_t *peak);
int32_t ct_threads(void);
void ct_set_threads(int32_t count);
void ct_set_deterministic(bool deterministic);
bool ct_deterministic(void);
/// Whether NVIDIA GPUs may round the factors of single-precision products to TF32.
void ct_set_tf32(bool allowed);
bool ct_tf32(void);

#ifdef __cplusplus
}
#endif

#endif
