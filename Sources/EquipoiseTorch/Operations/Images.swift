// SPDX-License-Identifier: Apache-2.0
extension Tensor {
  /// Another size by bilinear interpolation whose support grows with the factor when shrinking, as in
  /// PIL and torchvision: [B, C, H, W] of uint8 or floating point → [B, C, height, width].
  ///
  /// Beside PIL, uint8 pixels may be off by one level: the weights are rounded otherwise.
  public func resizedAntialiased(height: Int, width: Int) -> Tensor {
    precondition(
      rank == 4 && height >= 1 && width >= 1, "\(height) × \(width) pixels from shape \(shape)")
    return Operator.bilinear(
      .tensor(self), .ints([height, width]), .bool(false), .none, .none)
  }

  /// Another size by bicubic interpolation, as PyTorch's `interpolate` does without aligned corners: [B, C, H, W] of
  /// floating point → [B, C, height, width].
  ///
  /// - Parameters:
  ///   - height: the new height.
  ///   - width: the new width.
  ///   - antialiased: whether the support grows with the factor when shrinking; its cubic is another one, too.
  /// - Returns: the resized tensor.
  public func resizedBicubic(height: Int, width: Int, antialiased: Bool = false) -> Tensor {
    precondition(
      rank == 4 && height >= 1 && width >= 1, "\(height) × \(width) places from shape \(shape)")
    let resize = antialiased ? Operator.antialiasedBicubic : Operator.bicubic
    return resize(.tensor(self), .ints([height, width]), .bool(false), .none, .none)
  }
}

extension Operator {
  fileprivate static let bilinear = Operator("aten::_upsample_bilinear2d_aa")
  fileprivate static let bicubic = Operator("aten::upsample_bicubic2d")
  fileprivate static let antialiasedBicubic = Operator("aten::_upsample_bicubic2d_aa")
}
