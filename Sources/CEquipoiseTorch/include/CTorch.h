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

/// What processes find each other by: bytes under names.
typedef struct {
  void *impl;
} CTStore;

/// Processes, or threads, that compute together.
typedef struct {
  void *impl;
} CTGroup;

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

// Workers

/// Serves a store, at 127.0.0.1 to this machine alone and else on every interface; port 0 lets the system choose. Gives
/// the port.
CTStatus ct_store_serve(const char *host, uint16_t port, uint16_t *bound, CTStore *out);
/// Waits so long at most for the store to be there.
CTStatus ct_store_connect(const char *host, uint16_t port, int64_t milliseconds, CTStore *out);
/// A store for the threads of this process.
CTStatus ct_store_in_process(CTStore *out);
/// The part of a store whose names begin with a prefix.
CTStatus ct_store_below(CTStore store, const char *prefix, CTStore *out);
CTStatus ct_store_set(CTStore store, const char *key, const void *bytes, int64_t count);
/// Waits so long at most for the name to be there.
CTStatus ct_store_get(CTStore store, const char *key, int64_t milliseconds,
                      void (*take)(void *context, const void *bytes, int64_t count), void *context);
/// Never waits for the name.
CTStatus ct_store_has(CTStore store, const char *key, bool *out);
void ct_store_free(CTStore store);
/// Joins a group of Gloo's under a name that is used once for a store; waits for all workers. Others find this one at
/// its address on the way to the host `towards`, or at that of the interface GLOO_SOCKET_IFNAME. A common operation fails
/// when another worker does not come to it in so many milliseconds.
CTStatus ct_group_join(CTStore store, const char *name, int32_t rank, int32_t count,
                       int64_t milliseconds, const char *towards, CTGroup *out);
/// Seconds that the group's operations have taken so far, waiting for other workers included.
double ct_group_waited(CTGroup group);
/// Never waits for the others.
void ct_group_free(CTGroup group);
/// New tensors, laid out as the given ones and without history: sums (operation 0) or largest numbers (1) over workers,
/// divided. Undefined ones stay so. Those of one type travel together up to so many bytes.
CTStatus ct_all_reduce(CTGroup group, const CTTensor *tensors, int32_t count, int32_t operation,
                       double divisor, int64_t bytes, CTTensor *out);
/// The means over workers of what ct_gradients finds of leaves, with `allow_unused` and without a graph of their own: those
/// of the last layers travel, so many bytes at a time, while the backward pass goes on.
CTStatus ct_gradients_over(CTGroup group, const CTTensor *outputs, int32_t output_count,
                           const CTTensor *inputs, int32_t input_count,
                           const CTTensor *output_gradients, bool retain_graph, int64_t bytes,
                           CTTensor *gradients);
/// A new tensor: that of the worker `root`.
CTStatus ct_broadcast(CTGroup group, CTTensor tensor, int32_t root, CTTensor *out);
/// The rows of all workers, as many of each, without history: [n, …] → [N·n, …].
CTStatus ct_all_gather(CTGroup group, CTTensor rows, CTTensor *out);
/// The rows of all workers, `counts` of each. The gradient at one's own rows is N times what it would be, so that the
/// mean over workers of the gradients of a loss that all of them compute is that loss's gradient.
CTStatus ct_gather_rows(CTGroup group, CTTensor rows, const int64_t *counts, int32_t count,
                        CTTensor *out);
/// Batch normalisation of [B, C, …] by the statistics of all workers' values, differentiable. `weights`, which
/// broadcast over the input, say what each value counts for in the statistics; undefined for 1. A value that is there
/// on every worker counts 1/N on each. Running statistics move unless they are undefined.
CTStatus ct_batch_norm_over(CTGroup group, CTTensor input, CTTensor weight, CTTensor bias,
                            CTTensor weights, CTTensor mean, CTTensor variance, double momentum,
                            double epsilon, CTTensor *out);

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
