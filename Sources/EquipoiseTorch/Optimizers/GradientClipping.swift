// SPDX-License-Identifier: Apache-2.0
/// Clipping of gradients by their common norm.
public enum GradientClipping {
  /// Scales all gradients by min(1, maxNorm / (‖g‖ + 10⁻⁶)), where ‖g‖ is the Euclidean norm of all of
  /// them together (PyTorch's `clip_grad_norm_`).
  ///
  /// - Parameters:
  ///   - gradients: replaced by the scaled ones; `nil` entries stay.
  ///   - maxNorm: the largest norm that is left as it is.
  /// - Returns: ‖g‖ before, of rank 0; reading it waits for the device.
  @discardableResult
  public static func clip(_ gradients: inout [Tensor?], maxNorm: Double) -> Tensor {
    withoutGradient {
      let norm = norm(of: gradients)
      let indices = gradients.indices.filter { gradients[$0] != nil }
      guard !indices.isEmpty else { return norm }
      let factor = (maxNorm / (norm + 1e-6)).clamped(high: 1)
      // A new list, because autograd may hand out one tensor as the gradient of two parameters.
      let scaled = Operator.foreachMul.results(
        indices.count, .tensors(gradients.compactMap { $0 }), .tensor(factor))
      for (index, tensor) in zip(indices, scaled) { gradients[index] = tensor }
      return norm
    }
  }

  /// The Euclidean norm of all gradients together.
  ///
  /// - Parameter gradients: `nil` counts as 0.
  /// - Returns: the norm, of rank 0.
  public static func norm(of gradients: [Tensor?]) -> Tensor {
    let present = gradients.compactMap { $0 }
    guard !present.isEmpty else { return .zeros([]) }
    return withoutGradient {
      Tensor.stacked(Operator.foreachNorm.results(present.count, .tensors(present))).norm()
    }
  }
}

extension Operator {
  fileprivate static let foreachMul = Operator("aten::_foreach_mul", "Tensor")
  fileprivate static let foreachNorm = Operator("aten::_foreach_norm", "Scalar")
}
