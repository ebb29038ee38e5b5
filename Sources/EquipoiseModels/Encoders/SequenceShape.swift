// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit

/// What the encoders of sequences check alike.
enum SequenceShape {
  /// Throws ``EquipoiseError`` unless `shape` is [L, `channels`].
  static func check(
    _ shape: [Int], _ modality: String, encoder: String, channels: Int
  ) throws {
    guard shape.count == 2 else {
      throw EquipoiseError(
        .configuration,
        "modality '\(modality)': the encoder '\(encoder)' takes sequences [L, C], "
          + "but its samples have shape \(shape)",
        fix: "use 'resnet18' for images, spectrograms and video, 'mlp' for vectors")
    }
    guard shape[1] == channels else {
      throw EquipoiseError(
        .configuration,
        "modality '\(modality)' has \(shape[1]) value(s) at a position, "
          + "but its encoder takes \(channels)",
        fix: "make the encoder for the data's channels")
    }
  }
}
