// SPDX-License-Identifier: Apache-2.0
// Batch normalisation by the statistics of the rows of all workers.
#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include "Workers.hpp"

using namespace ctorch;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

namespace {

/// A number for each channel, shaped to broadcast over [B, C, …].
at::Tensor spread(const at::Tensor &channels, const at::Tensor &like) {
  std::vector<int64_t> shape(static_cast<size_t>(like.dim()), 1);
  shape[1] = channels.numel();
  return channels.view(shape);
}

std::vector<int64_t> allButChannels(const at::Tensor &tensor) {
  std::vector<int64_t> dimensions;
  for (int64_t i = 0; i < tensor.dim(); ++i) {
    if (i != 1) dimensions.push_back(i);
  }
  return dimensions;
}

struct Statistics {
  /// How many values there are, those that count for less weighted: Σω, of rank 0.
  at::Tensor count;
  at::Tensor mean;
  at::Tensor variance;
};

/// Means and variances of all workers' values from each one's own: sums of squares would lose the digits that a
/// large mean takes (Chan, Golub, LeVeque). The workers' numbers are few, and combined in double precision.
Statistics statistics(const Group &group, const at::Tensor &input, const at::Tensor &weights) {
  const auto type = input.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
  const auto x = input.to(type);
  const auto dimensions = allButChannels(x);
  const int64_t channels = x.size(1);
  at::Tensor count, mean, squares;
  if (weights.defined()) {
    const auto w = weights.to(type).expand_as(x);
    count = w.sum(dimensions).narrow(0, 0, 1);
    mean = (w * x).sum(dimensions) / count.clamp_min(1e-30);
    squares = (w * (x - spread(mean, x)).square()).sum(dimensions);
  } else {
    const int64_t values = channels == 0 ? 0 : x.numel() / channels;
    count = at::full({1}, values, x.options());
    std::tie(squares, mean) = at::var_mean(x, dimensions, /*correction=*/std::optional<at::Scalar>(0));
    squares = squares * values;
  }
  const auto widest = x.is_mps() ? at::kFloat : at::kDouble;
  const auto all = group.gathered(at::cat({count, mean, squares}).unsqueeze(0)).to(widest);
  const auto counts = all.narrow(1, 0, 1);
  const auto means = all.narrow(1, 1, channels);
  const auto total = counts.sum();
  const auto common = (counts * means).sum(0) / total;
  const auto deviations = all.narrow(1, 1 + channels, channels).sum(0) +
                          (counts * (means - common).square()).sum(0);
  return {total.to(type), common.to(type), (deviations / total).to(type)};
}

struct NormalisedOverWorkers : torch::autograd::Function<NormalisedOverWorkers> {
  static at::Tensor forward(AutogradContext *context, const at::Tensor &input,
                            const at::Tensor &weight, const at::Tensor &bias,
                            const std::optional<at::Tensor> &given, CTGroup handle,
                            const std::optional<at::Tensor> &running,
                            const std::optional<at::Tensor> &spreading, double momentum,
                            double epsilon) {
    const auto weights = given.value_or(at::Tensor());
    const auto found = statistics(defined(handle), input, weights);
    if (running.has_value()) {
      auto mean = *running, variance = *spreading;
      // Bessel's correction.
      const auto unbiased = found.variance * (found.count / (found.count - 1).clamp_min(1));
      mean.mul_(1 - momentum).add_(found.mean.to(mean.scalar_type()), momentum);
      variance.mul_(1 - momentum).add_(unbiased.to(variance.scalar_type()), momentum);
    }
    context->save_for_backward({input, weight, weights, found.mean, found.variance, found.count});
    context->saved_data["group"] = reinterpret_cast<int64_t>(handle.impl);
    context->saved_data["epsilon"] = epsilon;
    // With given statistics libtorch's kernel is that of evaluation.
    return std::get<0>(at::native_batch_norm(input, weight, bias, found.mean, found.variance,
                                             /*training=*/false, momentum, epsilon));
  }

  static variable_list backward(AutogradContext *context, variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const auto &input = saved[0];
    const auto &weight = saved[1];
    const auto &weights = saved[2];
    const auto &mean = saved[3];
    const auto &count = saved[5];
    const double epsilon = context->saved_data["epsilon"].toDouble();
    const CTGroup group{reinterpret_cast<void *>(context->saved_data["group"].toInt())};
    auto given = gradients[0];
    // Nobody reads what comes out where nothing counts.
    if (weights.defined()) given = given * (weights > 0).to(given.scalar_type());
    // What the output's gradient says where the statistics stay, and the sums that they are moved by:
    // Σ dy x̂ and Σ dy, which are the gradients of scale and shift too.
    auto [own, scale, shift] = at::native_batch_norm_backward(
        given.contiguous(input.suggest_memory_format()), input, weight, mean, saved[4], {}, {},
        /*train=*/false, epsilon, {true, true, true});
    auto sums = at::cat({scale, shift});
    defined(group).sum(sums);
    const int64_t channels = scale.numel();
    const auto deviation = (saved[4] + epsilon).rsqrt();
    const auto factor = weight.to(deviation.scalar_type()) * deviation / count;
    const auto slope = -factor * sums.narrow(0, 0, channels) * deviation;
    const auto constant = -factor * sums.narrow(0, channels, channels) - slope * mean;
    const auto type = deviation.scalar_type();
    const auto x = input.to(type);
    auto change = x * spread(slope, x) + spread(constant, x);
    if (weights.defined()) change = change * weights.to(type);
    const auto result = own.to(type).add_(change).to(input.scalar_type());
    return {result, scale.to(weight.scalar_type()), shift.to(weight.scalar_type()), at::Tensor(),
            at::Tensor(), at::Tensor(), at::Tensor(), at::Tensor(), at::Tensor()};
  }
};

}  // namespace

namespace {

/// Autograd takes no undefined tensor for an argument.
std::optional<at::Tensor> optional(CTTensor handle) {
  auto tensor = retained(handle);
  return tensor.defined() ? std::optional<at::Tensor>(std::move(tensor)) : std::nullopt;
}

}  // namespace

CTStatus ct_batch_norm_over(CTGroup group, CTTensor input, CTTensor weight, CTTensor bias,
                            CTTensor weights, CTTensor mean, CTTensor variance, double momentum,
                            double epsilon, CTTensor *out) {
  return guarded([&] {
    *out = ctorch::handed(NormalisedOverWorkers::apply(
        ctorch::defined(input), ctorch::defined(weight), ctorch::defined(bias), optional(weights),
        group, optional(mean), optional(variance), momentum, epsilon));
  });
}
