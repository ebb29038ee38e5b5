// SPDX-License-Identifier: Apache-2.0
// Tensors: life, shape, memory, gradients.
#include <ATen/ops/from_blob.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/variable.h>
#include <c10/core/GradMode.h>

#include "Boundary.hpp"

using namespace ctorch;

void ct_tensor_free(CTTensor tensor) {
  if (tensor.impl == nullptr) return;
  c10::intrusive_ptr<at::TensorImpl>::reclaim(static_cast<at::TensorImpl *>(tensor.impl));
}

CTStatus ct_tensor_over(void *data, const int64_t *sizes, int32_t rank, int32_t dtype,
                        void (*release)(void *), void *context, CTTensor *out) {
  bool owned = false;
  CTStatus status = guarded([&] {
    auto options = at::TensorOptions().dtype(scalarType(dtype));
    auto shape = at::IntArrayRef(sizes, static_cast<size_t>(rank));
    at::Tensor tensor = at::from_blob(data, shape, [=](void *) { release(context); }, options);
    owned = true;
    *out = handed(std::move(tensor));
  });
  if (!owned) release(context);
  return status;
}

int32_t ct_tensor_rank(CTTensor tensor) { return static_cast<int32_t>(Borrowed(tensor)->dim()); }

int64_t ct_tensor_size(CTTensor tensor, int32_t dimension) {
  return Borrowed(tensor)->sizes()[static_cast<size_t>(dimension)];
}

int64_t ct_tensor_stride(CTTensor tensor, int32_t dimension) {
  return Borrowed(tensor)->strides()[static_cast<size_t>(dimension)];
}

int64_t ct_tensor_numel(CTTensor tensor) { return Borrowed(tensor)->numel(); }

int32_t ct_tensor_dtype(CTTensor tensor) {
  return static_cast<int32_t>(Borrowed(tensor)->scalar_type());
}

CTDevice ct_tensor_device(CTTensor tensor) {
  const c10::Device device = Borrowed(tensor)->device();
  return CTDevice{static_cast<int32_t>(device.type()), static_cast<int32_t>(device.index())};
}

bool ct_tensor_is_contiguous(CTTensor tensor, int32_t memory_format) {
  return Borrowed(tensor)->is_contiguous(static_cast<at::MemoryFormat>(memory_format));
}

bool ct_tensor_is_same(CTTensor a, CTTensor b) { return a.impl == b.impl; }

bool ct_tensor_is_pinned(CTTensor tensor) {
  bool pinned = false;
  // An accelerator that cannot say has pinned nothing.
  guarded([&] { pinned = defined(tensor).is_pinned(); });
  return pinned;
}

CTStatus ct_tensor_data(CTTensor tensor, void **out) {
  return guarded([&] { *out = Borrowed(tensor)->data_ptr(); });
}

bool ct_tensor_requires_grad(CTTensor tensor) { return Borrowed(tensor)->requires_grad(); }

CTStatus ct_tensor_set_requires_grad(CTTensor tensor, bool value) {
  return guarded([&] { Borrowed(tensor)->set_requires_grad(value); });
}

CTStatus ct_tensor_grad(CTTensor tensor, CTTensor *out) {
  return guarded([&] { *out = handed(Borrowed(tensor)->grad()); });
}

CTStatus ct_tensor_set_grad(CTTensor tensor, CTTensor gradient) {
  return guarded([&] {
    const at::Tensor target = defined(tensor);
    const at::Tensor value = retained(gradient);
    TORCH_CHECK(!value.defined() || value.sizes() == target.sizes(), "a gradient of shape ",
                value.sizes(), " for a tensor of shape ", target.sizes());
    target.mutable_grad() = value;
  });
}

CTStatus ct_backward(const CTTensor *roots, int32_t count, const CTTensor *gradients,
                     bool retain_graph) {
  return guarded([&] {
    auto seeds = gradients == nullptr ? std::vector<at::Tensor>() : retained(gradients, count);
    torch::autograd::backward(retained(roots, count), seeds, retain_graph);
  });
}

CTStatus ct_gradients(const CTTensor *outputs, int32_t output_count, const CTTensor *inputs,
                      int32_t input_count, const CTTensor *output_gradients, bool retain_graph,
                      bool create_graph, bool allow_unused, CTTensor *gradients) {
  return guarded([&] {
    auto seeds = output_gradients == nullptr ? std::vector<at::Tensor>()
                                             : retained(output_gradients, output_count);
    auto results = torch::autograd::grad(retained(outputs, output_count),
                                         retained(inputs, input_count), seeds, retain_graph,
                                         create_graph, allow_unused);
    for (size_t i = 0; i < results.size(); ++i) gradients[i] = handed(std::move(results[i]));
  });
}

bool ct_set_grad_enabled(bool enabled) {
  const bool before = c10::GradMode::is_enabled();
  c10::GradMode::set_enabled(enabled);
  return before;
}

bool ct_grad_enabled(void) { return c10::GradMode::is_enabled(); }
