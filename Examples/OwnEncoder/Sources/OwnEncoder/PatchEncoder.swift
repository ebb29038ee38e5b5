// SPDX-License-Identifier: Apache-2.0
import Equipoise
import EquipoiseTorch

/// Images [C, H, W] cut into square patches, and two linear maps on every patch; the feature is their mean.
final class PatchEncoder: ModalityEncoder {
  struct Configuration: EncoderConfiguration, RangeChecking {
    static let name = "patches"
    static let summary = "linear maps on patches of images"

    /// Pixels along a patch.
    var patch = 4
    /// Numbers of a patch.
    var width = 32

    func makeEncoder(for input: EncoderInput, from generator: Generator) -> any ModalityEncoder {
      PatchEncoder(self, channels: input.shape.first ?? 0, from: generator)
    }

    func check(at path: ConfigPath) throws {
      try path.check("patch", patch, .atLeast(1))
      try path.check("width", width, .atLeast(1))
    }
  }

  private let first: Conv2d
  private let second: Conv2d
  let featureWidth: Int
  private let patch: Int

  init(_ settings: Configuration, channels: Int, from generator: Generator) {
    (patch, featureWidth) = (settings.patch, settings.width)
    first = Conv2d(channels, featureWidth, kernel: patch, stride: patch, from: generator)
    second = Conv2d(featureWidth, featureWidth, kernel: 1, from: generator)
  }

  var blocks: [EncoderBlock] {
    [("first", first), ("second", second)].map { name, layer in
      EncoderBlock(name, parts: [(name, layer)]) { x, mode in layer(x, mode).relu() }
    }
  }

  var channelAxis: Int { 1 }
  var summary: String { "patches of \(patch)×\(patch), width \(featureWidth)" }
  func prepare(_ input: Tensor) -> Tensor { input }
  func pool(_ last: Tensor, samples: Int) -> Tensor { last.mean(over: [2, 3]) }

  func validate(shape: [Int], of modality: String) throws {
    guard shape.count == 3, min(shape[1], shape[2]) >= patch else {
      throw EquipoiseError(
        .configuration, "modality '\(modality)': no patches of \(patch) in samples of \(shape)",
        fix: "use images [C, H, W], or set model.encoders.\(modality).patch lower")
    }
  }
}
