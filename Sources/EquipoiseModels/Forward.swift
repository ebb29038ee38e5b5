// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseTorch

/// What one forward pass of a multimodal model leaves behind.
public struct Forward {
  /// Every depth's input and output, for each modality.
  public let traces: [EncoderTrace]
  /// What was fused, [B, w_m] for each modality: the encoders' features, or what a method made of
  /// them.
  public let features: [Tensor]
  /// Fused logits [B, K].
  public let logits: Tensor
}
