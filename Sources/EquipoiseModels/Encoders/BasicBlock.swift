// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
import EquipoiseTorch

/// Two 3×3 convolutions with a shortcut (He et al., 2016), under torchvision's names:
/// [B, in, H, W] → [B, out, ⌈H/stride⌉, ⌈W/stride⌉].
final class BasicBlock: Layer {
  private let conv1: Conv2d
  private let bn1: BatchNorm
  private let conv2: Conv2d
  private let bn2: BatchNorm
  /// Convolution and normalisation of the shortcut; `nil` where the shapes agree without.
  private let downsample: Sequential?

  init(_ inChannels: Int, _ outChannels: Int, stride: Int, from generator: Generator) {
    conv1 = Conv2d(
      inChannels, outChannels, kernel: 3, stride: stride, padding: 1, bias: false, from: generator)
    bn1 = BatchNorm(outChannels)
    conv2 = Conv2d(
      outChannels, outChannels, kernel: 3, padding: 1, bias: false, from: generator)
    bn2 = BatchNorm(outChannels)
    let changesShape = stride != 1 || inChannels != outChannels
    downsample =
      changesShape
      ? Sequential([
        Conv2d(
          inChannels, outChannels, kernel: 1, stride: stride, bias: false, from: generator),
        BatchNorm(outChannels),
      ]) : nil
  }

  func callAsFunction(_ input: Tensor, _ mode: ForwardMode) -> Tensor {
    let hidden = bn1(conv1(input, mode), mode).relu()
    let residual = bn2(conv2(hidden, mode), mode)
    return (residual + (downsample?(input, mode) ?? input)).relu()
  }
}
