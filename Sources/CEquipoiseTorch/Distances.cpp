// SPDX-License-Identifier: Apache-2.0
// Euclidean distances between rows, without cancellation where rows lie close together.
#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "Boundary.hpp"

using namespace ctorch;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

namespace {

/// Single-precision products are exact in double precision, and sums keep nine digits more than the
/// result holds. Metal has no double precision.
at::ScalarType accumulation(const at::Tensor &rows) {
  return rows.is_mps() ? at::kFloat : at::kDouble;
}

/// How many columns are taken at a time. On the processor what is converted then stays in the cache, and
/// rounding grows with the length of a sum. An accelerator has the memory, and every part costs it a dozen
/// launches.
int64_t columnsAtATime(const at::Tensor &rows, const at::Tensor &others) {
  const int64_t held = std::max<int64_t>(1, rows.size(0) + others.size(0));
  if (rows.is_cuda()) return std::max<int64_t>(256, (1 << 25) / held);
  return std::clamp<int64_t>((1 << 17) / held, 256, 2048);
}

/// Visits both sides some columns at a time. The numbers are taken about the mean of `others`: distances
/// stay, and less is lost far from 0.
template <typename Visit>
void forEachPart(const at::Tensor &rows, const at::Tensor &others, Visit &&visit) {
  const auto type = accumulation(rows);
  const int64_t columns = rows.size(1);
  const int64_t step = columnsAtATime(rows, others);
  for (int64_t start = 0; start < columns; start += step) {
    const int64_t length = std::min(step, columns - start);
    const auto b = others.narrow(1, start, length).to(type);
    const auto centre = b.mean(0, /*keepdim=*/true);
    visit(start, length, rows.narrow(1, start, length).to(type) - centre, b - centre);
  }
}

/// What rounding may leave of equal rows of n numbers that are summed in parts, as a share of ‖a‖² + ‖b‖²:
/// some ε, and for the longest sums, which old processors add term by term, ε for every step of a random
/// walk, twice.
double rounding(int64_t columns, int64_t part, double epsilon) {
  const double length = static_cast<double>(std::min(columns, part));
  return epsilon * (8 + 2 * std::sqrt(length) + 2 * std::sqrt(static_cast<double>(columns) / length));
}

/// ‖a‖² + ‖b‖² − 2 a·b, of which what rounding may leave of equal rows becomes 0, under a root.
at::Tensor distances(const at::Tensor &rows, const at::Tensor &others) {
  const auto options = rows.options().dtype(accumulation(rows));
  auto squares = at::zeros({rows.size(0), others.size(0)}, options);
  auto own = at::zeros({rows.size(0), 1}, options);
  auto other = at::zeros({others.size(0)}, options);
  forEachPart(rows, others, [&](int64_t, int64_t, const at::Tensor &a, const at::Tensor &b) {
    squares.addmm_(a, b.t(), 1, -2);
    own.add_((a * a).sum(1, /*keepdim=*/true));
    other.add_((b * b).sum(1));
  });
  const auto sizes = own + other;
  squares.add_(sizes);
  const double epsilon = options.dtype() == at::kDouble ? std::numeric_limits<double>::epsilon()
                                                        : std::numeric_limits<float>::epsilon();
  const double share = rounding(
      std::max<int64_t>(1, rows.size(1)), std::max<int64_t>(2048, columnsAtATime(rows, others)), epsilon);
  return squares.masked_fill_(squares <= sizes * share, 0).sqrt_();
}

/// ∂δ/∂a = (a − b) / δ, and 0, a subgradient, where δ = 0.
struct Distances : torch::autograd::Function<Distances> {
  static at::Tensor forward(AutogradContext *context, const at::Tensor &rows,
                            const at::Tensor &others) {
    const auto result = distances(rows, others);
    context->save_for_backward({rows, others, result});
    return result.to(rows.scalar_type());
  }

  static variable_list backward(AutogradContext *context, variable_list gradients) {
    TORCH_CHECK(!at::GradMode::is_enabled(), "distances can be differentiated only once");
    const auto saved = context->get_saved_variables();
    const auto &rows = saved[0], &others = saved[1], &result = saved[2];
    const auto weights =
        (gradients[0].to(result.scalar_type()) / result).masked_fill_(result == 0, 0);
    at::Tensor ofRows, ofOthers;
    if (context->needs_input_grad(0)) ofRows = at::empty_like(rows);
    if (context->needs_input_grad(1)) ofOthers = at::empty_like(others);
    const auto byRow = weights.sum(1, /*keepdim=*/true);
    const auto byOther = weights.sum(0).unsqueeze(1);
    forEachPart(rows, others, [&](int64_t start, int64_t length, const at::Tensor &a,
                                  const at::Tensor &b) {
      if (ofRows.defined())
        ofRows.narrow(1, start, length).copy_((a * byRow).addmm_(weights, b, 1, -1));
      if (ofOthers.defined())
        ofOthers.narrow(1, start, length).copy_((b * byOther).addmm_(weights.t(), a, 1, -1));
    });
    return {ofRows, ofOthers};
  }
};

}  // namespace

CTStatus ct_distances(CTTensor rows, CTTensor others, CTTensor *out) {
  return guarded([&] {
    const auto a = defined(rows), b = defined(others);
    TORCH_CHECK(a.dim() == 2 && b.dim() == 2 && a.size(1) == b.size(1) &&
                    a.scalar_type() == b.scalar_type() && at::isFloatingType(a.scalar_type()),
                "distances between ", a.scalar_type(), a.sizes(), " and ", b.scalar_type(),
                b.sizes());
    *out = handed(Distances::apply(a, b));
  });
}
