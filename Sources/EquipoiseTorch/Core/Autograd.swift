// SPDX-License-Identifier: Apache-2.0
internal import CEquipoiseTorch

extension Tensor {
  /// Whether operations on this tensor are recorded for differentiation.
  public var requiresGrad: Bool { ct_tensor_requires_grad(raw) }

  /// The same numbers, detached from what made them, as a leaf to differentiate by.
  public func asLeaf() -> Tensor {
    let leaf = detached()
    check(ct_tensor_set_requires_grad(leaf.raw, true), "requires_grad")
    return leaf
  }

  /// The same numbers without history (a stop-gradient).
  public func detached() -> Tensor { Operator.detach(.tensor(self)) }

  /// Accumulates the gradient of this scalar into every leaf it was made from.
  ///
  /// - Parameter retainingGraph: keeps what a second backward pass would need.
  public func backward(retainingGraph: Bool = false) {
    var root = raw
    check(ct_backward(&root, 1, nil, retainingGraph), "backward of \(self)")
  }
}

/// The gradients of `sum(outputs · seeds)` with respect to `inputs`, without touching any leaf.
///
/// - Parameters:
///   - outputs: what is differentiated; scalars unless `seeds` is given.
///   - inputs: what it is differentiated by.
///   - seeds: upstream gradients, shaped as the outputs.
///   - retainingGraph: keeps what a further pass would need.
///   - creatingGraph: makes the gradients differentiable themselves.
/// - Returns: one gradient for each input; `nil` where an input had no part in the outputs.
public func gradients(
  of outputs: [Tensor], withRespectTo inputs: [Tensor], seeds: [Tensor]? = nil,
  retainingGraph: Bool = false, creatingGraph: Bool = false
) -> [Tensor?] {
  var results = [CTTensor](repeating: CTTensor(), count: inputs.count)
  precondition(seeds.map { $0.count == outputs.count } ?? true, "gradients: one seed per output")
  let rawOutputs = outputs.map(\.raw)
  let rawInputs = inputs.map(\.raw)
  let rawSeeds = (seeds ?? []).map(\.raw)
  let status = rawSeeds.withUnsafeBufferPointer { seeds in
    ct_gradients(
      rawOutputs, Int32(rawOutputs.count), rawInputs, Int32(rawInputs.count),
      seeds.isEmpty ? nil : seeds.baseAddress, retainingGraph || creatingGraph, creatingGraph,
      true, &results)
  }
  // The handles above are borrowed from these tensors, which must outlive the call.
  withExtendedLifetime((outputs, inputs, seeds)) {}
  check(status, "gradients")
  return results.map { $0.impl == nil ? nil : Tensor(owning: $0) }
}

/// Runs `body` without recording operations. Never hold this across an `await`: grad mode belongs to
/// the thread.
public func withoutGradient<R>(_ body: () throws -> R) rethrows -> R {
  let before = ct_set_grad_enabled(false)
  defer { _ = ct_set_grad_enabled(before) }
  return try body()
}

/// Runs `body` with convolutions and matrix products in a lower precision.
///
/// - Parameters:
///   - dtype: the lower precision, or `nil` to run as it is.
///   - device: the device whose operations are cast.
///   - body: the forward pass; backward passes run outside.
/// - Returns: what `body` returns.
public func withAutocast<R>(
  to dtype: DType?, on device: Device, _ body: () throws -> R
) rethrows -> R {
  guard let dtype else { return try body() }
  var before: Int32 = 0
  check(ct_autocast_begin(device.kind.rawValue, dtype.rawValue, &before), "autocast")
  defer { check(ct_autocast_end(device.kind.rawValue, before), "autocast") }
  return try body()
}
