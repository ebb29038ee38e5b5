// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseFormats

/// Which augmentation is for which kinds of modalities.
struct AugmentationRules {
  /// What one key is for.
  private struct Rule {
    let key: String
    let isUsed: Bool
    let kinds: [ModalityKind]
    /// The value and the most that the shape allows.
    var size: (value: Int, most: Int)?
    /// What comes nearest to it, for other kinds.
    var nearest: [ModalityKind: String] = [:]
  }

  private let modality: DatasetModality
  private let configuration: AugmentationConfiguration

  init(_ configuration: AugmentationConfiguration, for modality: DatasetModality) {
    (self.configuration, self.modality) = (configuration, modality)
  }

  /// Throws when something is asked for that this kind of modality does not have, with what comes nearest.
  func check() throws {
    let kind = modality.description.kind
    for rule in rules where rule.isUsed {
      guard rule.kinds.contains(kind) else {
        let nearest = rule.nearest[kind].map { "; of \(Self.words([kind])) there is \($0)" } ?? ""
        throw refusal(
          rule.key, "'\(modality.name)' is of kind \(kind.rawValue)",
          fix: "\(rule.key) is for \(Self.words(rule.kinds))\(nearest)")
      }
      guard let (value, most) = rule.size, value > most else { continue }
      throw refusal(
        rule.key, "\(value) is too much for the shape \(modality.description.shape)",
        fix: "expected at most \(most)")
    }
    try checkColors()
  }

  private var rules: [Rule] {
    let grid = AugmentationGrid(modality.description)
    let pictures: [ModalityKind] = [.image, .video]
    let timed: [ModalityKind] = [.spectrogram, .sequence]
    let plain: [ModalityKind] = [.sequence, .vector]
    let brightness: [ModalityKind: String] = [
      .image: "colorJitter.brightness", .video: "colorJitter.brightness",
    ]
    let warp: [ModalityKind: String] = [.spectrogram: "timeWarp", .sequence: "timeWarp"]
    let both: [ModalityKind: String] = [.sequence: "scaling", .vector: "scaling"]
    return [
      Rule(
        key: "crop", isUsed: configuration.crop > 0, kinds: pictures,
        size: (configuration.crop, min(grid.rows, grid.columns) - 1),
        nearest: [.spectrogram: "timeShift", .sequence: "timeShift"]),
      Rule(
        key: "randomResizedCrop", isUsed: configuration.randomResizedCrop.probability > 0,
        kinds: pictures, nearest: warp),
      Rule(key: "flip", isUsed: configuration.flip, kinds: pictures),
      Rule(
        key: "randAugment", isUsed: configuration.randAugment.operations > 0, kinds: pictures,
        nearest: warp),
      Rule(
        key: "colorJitter", isUsed: configuration.colorJitter != ColorJitterConfiguration(),
        kinds: pictures, nearest: [.spectrogram: "gain"].merging(both) { $1 }),
      Rule(
        key: "timeShift", isUsed: configuration.timeShift > 0, kinds: timed,
        size: (configuration.timeShift, grid.duration - 1),
        nearest: [.image: "crop", .video: "crop"]
      ),
      Rule(
        key: "timeWarp", isUsed: configuration.timeWarp.probability > 0, kinds: timed,
        nearest: [.image: "randomResizedCrop", .video: "randomResizedCrop"]),
      Rule(
        key: "timeMask", isUsed: configuration.timeMask > 0, kinds: timed,
        size: (configuration.timeMask, grid.duration)),
      Rule(
        key: "frequencyMask", isUsed: configuration.frequencyMask > 0, kinds: [.spectrogram],
        size: (configuration.frequencyMask, grid.rows), nearest: [.sequence: "timeMask"]),
      Rule(
        key: "gain", isUsed: configuration.gain > 0, kinds: [.spectrogram],
        nearest: both.merging(brightness) { $1 }),
      Rule(
        key: "noise", isUsed: configuration.noise > 0, kinds: [.spectrogram],
        nearest: [.sequence: "jitter", .vector: "jitter"].merging(brightness) { $1 }),
      Rule(
        key: "jitter", isUsed: configuration.jitter > 0, kinds: plain,
        nearest: [.spectrogram: "noise"].merging(brightness) { $1 }),
      Rule(
        key: "scaling", isUsed: configuration.scaling > 0, kinds: plain,
        nearest: [.spectrogram: "gain"].merging(brightness) { $1 }),
    ]
  }

  /// Colours need numbers with a known range, and those of three channels have a hue.
  private func checkColors() throws {
    let colors = configuration.colorJitter
    let description = modality.description
    let channels = description.channels
    let fits = description.type == .uint8 && !description.flow && (channels == 1 || channels == 3)
    for (key, isUsed) in [
      ("randAugment", configuration.randAugment.operations > 0),
      ("colorJitter", colors != ColorJitterConfiguration()),
    ] where isUsed && !fits {
      let what = description.flow ? "optical flow" : "stored as \(description.type.rawValue)"
      throw refusal(
        key, "'\(modality.name)' is \(what), of \(channels) channel(s)",
        fix: "\(key) is for pictures of uint8 with 1 or 3 channels")
    }
    for (key, value) in [("saturation", colors.saturation), ("hue", colors.hue)]
    where value > 0 && channels == 1 {
      throw refusal(
        "colorJitter.\(key)", "'\(modality.name)' has one channel",
        fix: "\(key) is for 3 channels; brightness and contrast are for 1, too")
    }
  }

  private func refusal(_ key: String, _ problem: String, fix: String) -> EquipoiseError {
    EquipoiseError(
      .configuration, problem, at: "augmentation.\(modality.name).\(key)", fix: fix)
  }

  private static func words(_ kinds: [ModalityKind]) -> String {
    kinds.map { kind in
      switch kind {
      case .image: "images"
      case .spectrogram: "spectrograms"
      case .video: "video"
      case .sequence: "sequences"
      case .vector: "vectors"
      case .text: "texts"
      }
    }.joined(separator: " and ")
  }
}
