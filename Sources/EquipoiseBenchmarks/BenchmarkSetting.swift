// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseModels
internal import EquipoiseSettings
package import EquipoiseMethods
package import EquipoiseTraining

/// What is timed: one training step of a method on random numbers.
package struct BenchmarkSetting: Codable, Equatable, Sendable {
  /// The encoders that can be timed.
  package enum Encoder: String, Codable, CaseIterable, Sendable {
    /// ResNet-18 with torchvision's stem.
    case resnet18
    /// Three self-attention layers.
    case transformer
  }

  /// The method.
  package var method = "joint"
  /// The method's preset, if it has presets.
  package var preset: String?
  /// Every modality's encoder.
  package var encoder = Encoder.resnet18
  /// The shape of one sample of each modality.
  package var shapes = [[1, 64, 64], [3, 64, 64]]
  /// Samples per step.
  package var batch = 32
  /// The number of classes.
  package var classes = 6
  /// Channels of a residual network's first stage, or the width of a transformer.
  package var width = 64
  /// Attention heads of a transformer.
  package var heads = 4
  /// The feed-forward width of a transformer.
  package var hidden = 256
  /// Where the step is computed: `cpu`, `cuda:N` or `mps`.
  package var device = "cpu"
  /// Threads of one operation.
  package var threads = 2
  /// Processes that take the step together, each with so many threads.
  package var workers = 1
  /// The arithmetic of the forward pass.
  package var precision = Precision.fp32
  /// Whether images lie with their channels innermost.
  package var channelsLast = false
  /// How modalities are joined.
  package var fusion = "concat"
  /// Whether MMTM modules couple the encoders.
  package var mmtm = false
  /// Whether PyTorch compiles its step (`torch.compile`); without effect here.
  package var compiled = false

  /// Two ResNet-18, batch 32 at 64 × 64.
  package init() {}

  /// The same encoders under another method, with the fusion and the coupling that it needs.
  ///
  /// - Parameters:
  ///   - method: its name.
  ///   - catalogue: where it is.
  /// - Returns: the setting of that method, without a preset.
  package func with(method: String, of catalogue: RunCatalogue = .inUse) -> BenchmarkSetting {
    var setting = self
    (setting.method, setting.preset) = (method, nil)
    let needs = catalogue.methods.methods.first { $0.name == method }?.needs ?? ModelNeeds()
    setting.fusion = needs.fusion?.name ?? FusionSection.concatenation.name
    setting.mmtm = needs.coupling?.name == CouplingSection.mmtm.name
    return setting
  }

  /// Three transformers over sequences of CMU-MOSI's word-level size: 50 steps of text (300), audio
  /// (74) and video (35) features.
  package static var mosi: BenchmarkSetting {
    var setting = BenchmarkSetting()
    setting.encoder = .transformer
    setting.shapes = [[50, 300], [50, 74], [50, 35]]
    setting.classes = 2
    setting.width = 128
    return setting
  }
}
