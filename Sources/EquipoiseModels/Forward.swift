// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseTorch

/// What one forward pass of a multimodal model leaves behind.
public struct Forward {
  /// Every depth's input and output, for each modality: of the samples that have it.
  public let traces: [EncoderTrace]
  /// What the encoders say of every sample, [B, w_m] for each modality: where a sample lacks it zeros or what the model
  /// has learned for that.
  public let encoded: [Tensor]
  /// What was fused, [B, w_m] for each modality: ``encoded``, or what a method made of it.
  public let features: [Tensor]
  /// Fused logits [B, K].
  public let logits: Tensor

  package init(
    traces: [EncoderTrace], encoded: [Tensor], features: [Tensor], logits: Tensor
  ) {
    (self.traces, self.encoded) = (traces, encoded)
    (self.features, self.logits) = (features, logits)
  }
}
