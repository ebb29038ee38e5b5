// SPDX-License-Identifier: Apache-2.0
extension Tensor {
  /// Overlapping pieces of the last dimension: [*, samples] → [*, pieces, size], of which there are
  /// 1 + ⌊(samples − size) / hop⌋, each beginning `hop` samples after the one before.
  public func frames(of size: Int, every hop: Int) -> Tensor {
    precondition(
      size >= 1 && hop >= 1 && self.size(-1) >= size,
      "frames of \(size) samples every \(hop) from a tensor of shape \(shape)")
    return Operator.unfold(.tensor(self), .int(-1), .int(size), .int(hop))
  }

  /// |X| of the real discrete Fourier transform of the last dimension, which is filled up with zeros or
  /// cut to `size`: [*, samples] → [*, size/2 + 1].
  public func fourierMagnitude(size: Int) -> Tensor {
    Operator.rfft(.tensor(self), .int(size), .int(-1), .none).magnitude()
  }
}

extension Operator {
  fileprivate static let unfold = Operator("aten::unfold")
  fileprivate static let rfft = Operator("aten::fft_rfft")
}
