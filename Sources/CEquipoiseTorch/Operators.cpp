// SPDX-License-Identifier: Apache-2.0
// Calls to ATen operators through the dispatcher, boxed.
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/ivalue.h>
#include <c10/util/irange.h>

#include "Boundary.hpp"

using namespace ctorch;

namespace {

c10::IValue tensorList(const CTValue &value, const CTPools &pools) {
  c10::List<at::Tensor> list;
  list.reserve(static_cast<size_t>(value.count));
  for (const auto i : c10::irange(value.count)) {
    list.push_back(retained(pools.tensors[value.integer + i]));
  }
  return list;
}

c10::IValue optionalTensorList(const CTValue &value, const CTPools &pools) {
  c10::List<std::optional<at::Tensor>> list;
  list.reserve(static_cast<size_t>(value.count));
  for (const auto i : c10::irange(value.count)) {
    at::Tensor tensor = retained(pools.tensors[value.integer + i]);
    list.push_back(tensor.defined() ? std::optional<at::Tensor>(tensor) : std::nullopt);
  }
  return list;
}

c10::IValue boolList(const CTValue &value, const CTPools &pools) {
  c10::List<bool> list;
  for (const auto i : c10::irange(value.count)) {
    list.push_back(pools.integers[value.integer + i] != 0);
  }
  return list;
}

c10::IValue argument(const CTValue &value, const CTPools &pools) {
  switch (static_cast<CTValueTag>(value.tag)) {
    case CTValueNone:
      return c10::IValue();
    case CTValueTensor:
      return retained(CTTensor{const_cast<void *>(value.pointer)});
    case CTValueInt:
      return value.integer;
    case CTValueDouble:
      return value.real;
    case CTValueBool:
      return value.integer != 0;
    case CTValueInts:
      return std::vector<int64_t>(pools.integers + value.integer,
                                  pools.integers + value.integer + value.count);
    case CTValueDoubles:
      return std::vector<double>(pools.reals + value.integer,
                                 pools.reals + value.integer + value.count);
    case CTValueTensors:
      return tensorList(value, pools);
    case CTValueOptionalTensors:
      return optionalTensorList(value, pools);
    case CTValueBools:
      return boolList(value, pools);
    case CTValueGenerator:
      return *static_cast<const at::Generator *>(value.pointer);
    case CTValueDevice:
      return device(CTDevice{value.count, static_cast<int32_t>(value.integer)});
    case CTValueString:
      return std::string(static_cast<const char *>(value.pointer));
  }
  TORCH_CHECK(false, "unknown argument tag ", value.tag);
}

/// Appends the tensors of one result; results of other types have no place in this interface.
void collect(const c10::IValue &result, std::vector<at::Tensor> &tensors) {
  if (result.isTensor()) {
    tensors.push_back(result.toTensor());
  } else if (result.isTensorList()) {
    for (const at::Tensor &tensor : result.toTensorVector()) tensors.push_back(tensor);
  } else {
    TORCH_CHECK(result.isNone(), "a result of type ", result.tagKind());
  }
}

}  // namespace

const char *ct_last_error(void) { return lastError().c_str(); }

CTStatus ct_operator(const char *name, const char *overload, CTOperator *out) {
  return guarded([&] {
    auto handle = c10::Dispatcher::singleton().findSchemaOrThrow(name, overload);
    out->impl = new c10::OperatorHandle(handle);
  });
}

CTStatus ct_call(CTOperator op, const CTValue *values, int32_t value_count, CTPools pools,
                 CTTensor *outputs, int32_t capacity, int32_t *count) {
  return guarded([&] {
    TORCH_CHECK(op.impl != nullptr, "an undefined operator");
    const auto &handle = *static_cast<const c10::OperatorHandle *>(op.impl);
    const auto &arguments = handle.schema().arguments();
    TORCH_CHECK(static_cast<size_t>(value_count) <= arguments.size(), value_count,
                " arguments where at most ", arguments.size(), " are taken");
    c10::Stack stack;
    stack.reserve(arguments.size());
    for (const auto i : c10::irange(value_count)) stack.push_back(argument(values[i], pools));
    for (size_t i = stack.size(); i < arguments.size(); ++i) {
      const auto &fallback = arguments[i].default_value();
      TORCH_CHECK(fallback.has_value(), "argument ", arguments[i].name(), " is missing");
      stack.push_back(*fallback);
    }
    handle.callBoxed(stack);
    std::vector<at::Tensor> tensors;
    for (const c10::IValue &result : stack) collect(result, tensors);
    TORCH_CHECK(static_cast<int64_t>(tensors.size()) <= capacity, tensors.size(),
                " results where at most ", capacity, " were expected");
    for (const auto i : c10::irange(tensors.size())) outputs[i] = handed(std::move(tensors[i]));
    *count = static_cast<int32_t>(tensors.size());
  });
}
