// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
package import EquipoiseData
internal import EquipoiseFormats
internal import Foundation
internal import EquipoiseTorch

/// The settings by which a file became an array, so that another file can become one in the same way.
///
/// Equal settings have equal texts, and other settings have other ones; no name of a type, case or property of
/// this program is in them.
package enum FeatureRecord: Equatable, Sendable {
  case frames(sampling: FrameSampling, image: ImageFeature)
  case image(ImageFeature)
  case spectrogram(SpectrogramFeature, precision: SpectrogramPrecision)
  case array(ArrayRecord)
  case text(TextRecord)
  /// `computed` is nil where the flow was read from images.
  case flow(sampling: FrameSampling, image: ImageFeature, computed: ComputedFlow?)
  /// A feature of a program's own, found again by its name.
  case own(OwnFeatureRecord)

  /// JSON with its keys in alphabetical order and no blanks: what `dataset.json` notes of a modality.
  package var text: String {
    get throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
  }

  /// What was recorded. Throws `EquipoiseError` for flow that this program cannot compute, and for features that
  /// it does not know, with `place`.
  package func feature(
    _ description: ModalityDescription, flow: (any OpticalFlow)?,
    features: FeatureCatalogue = .inUse, at place: String? = nil
  ) throws -> any MediaFeature {
    switch self {
    case .frames(let sampling, let image): return VideoFeature(sampling: sampling, image: image)
    case .image(let image): return StillFeature(image: image)
    case .spectrogram(let spectrogram, let precision):
      return AudioFeature(spectrogram: spectrogram, precision: precision)
    case .array(let array):
      return ArrayFeature(
        description: description, key: array.key, hasLengths: array.length != nil)
    case .text(let text): return try text.feature(description, at: place)
    case .flow(let sampling, let image, let computed):
      guard let computed else {
        return FlowFeature(sampling: sampling, image: image, flow: nil, levels: FlowLevels())
      }
      guard let flow else {
        throw EquipoiseError(
          .usage, "optical flow cannot be computed without OpenCV",
          fix:
            "\(.byMake("install it", target: "setup")) and \(.byMake("build again", target: "build"))"
        )
      }
      guard computed.search == flow.name else {
        throw EquipoiseError(
          .usage,
          "the flow was computed by '\(computed.search)', but this program has '\(flow.name)'",
          fix: "prepare the dataset again, or use the version that made it")
      }
      return FlowFeature(sampling: sampling, image: image, flow: flow, levels: computed.levels)
    case .own(let own): return try own.made(by: features, at: place)
    }
  }
}

/// What is known of arrays that were read as they are. Version 1 kept the key alone.
package struct ArrayRecord: Equatable, Sendable {
  /// The kind and type in `dataset.json`; nil in records of version 1.
  let kind: ModalityKind?
  let type: ElementType?
  /// The array's name in npz files with several.
  let key: String?
  /// The steps that series of any length were fitted to; nil where arrays had one shape.
  let length: Int?

  init(_ description: ModalityDescription, key: String?, length: Int? = nil) {
    (kind, type, self.key) = (description.kind, description.type, key)
    self.length = length
  }

  fileprivate init(_ record: TaggedRecord) throws {
    func choice<Choice: RawRepresentable>(_ key: String) throws -> Choice?
    where Choice.RawValue == String {
      guard let name: String = try record.optional(key) else { return nil }
      guard let choice = Choice(rawValue: name) else { throw record.unknown }
      return choice
    }
    (kind, type, key) = (try choice("kind"), try choice("dtype"), try record.optional("key"))
    length = try record.optional("length")
  }
}

/// Flow that is computed from a video.
package struct ComputedFlow: Equatable, Sendable {
  /// The search's name.
  let search: String
  let levels: FlowLevels
}

extension FeatureRecord: Codable {
  package init(from decoder: any Decoder) throws {
    let record = try TaggedRecord(from: decoder)
    switch record.type {
    case "frames":
      self = .frames(sampling: try record.value("sampling"), image: try record.value("image"))
    case "image": self = .image(try record.value("image", formerly: "_0"))
    case "spectrogram":
      self = .spectrogram(
        try record.value("spectrogram", formerly: "_0"), precision: try record.value("precision"))
    case "array": self = .array(try ArrayRecord(record))
    case "text":
      self = .text(
        TextRecord(sha256: try record.value("sha256"), length: try record.value("length")))
    case "flow":
      let levels: FlowLevels? = try record.optional("levels")
      self = .flow(
        sampling: try record.value("sampling"), image: try record.value("image"),
        computed: try levels.map {
          // Version 1 knew but one.
          ComputedFlow(
            search: record.isFormer ? "dis-medium" : try record.value("search"), levels: $0)
        })
    case "own": self = .own(try OwnFeatureRecord(record))
    default: throw record.unknown
    }
    guard isPossible else { throw record.impossible }
  }

  package func encode(to encoder: any Encoder) throws {
    switch self {
    case .frames(let sampling, let image):
      var container = try encoder.tagged("frames")
      try container.encode(sampling, forKey: AnyKey("sampling"))
      try container.encode(image, forKey: AnyKey("image"))
    case .image(let image):
      var container = try encoder.tagged("image")
      try container.encode(image, forKey: AnyKey("image"))
    case .spectrogram(let spectrogram, let precision):
      var container = try encoder.tagged("spectrogram")
      try container.encode(spectrogram, forKey: AnyKey("spectrogram"))
      try container.encode(precision, forKey: AnyKey("precision"))
    case .array(let array):
      var container = try encoder.tagged("array")
      try container.encodeIfPresent(array.kind?.rawValue, forKey: AnyKey("kind"))
      try container.encodeIfPresent(array.type?.rawValue, forKey: AnyKey("dtype"))
      try container.encodeIfPresent(array.key, forKey: AnyKey("key"))
      try container.encodeIfPresent(array.length, forKey: AnyKey("length"))
    case .text(let text):
      var container = try encoder.tagged("text")
      try container.encode(text.sha256, forKey: AnyKey("sha256"))
      try container.encode(text.length, forKey: AnyKey("length"))
    case .flow(let sampling, let image, let computed):
      var container = try encoder.tagged("flow")
      try container.encode(sampling, forKey: AnyKey("sampling"))
      try container.encode(image, forKey: AnyKey("image"))
      try container.encodeIfPresent(computed?.search, forKey: AnyKey("search"))
      try container.encodeIfPresent(computed?.levels, forKey: AnyKey("levels"))
    case .own(let own):
      var container = try encoder.tagged("own")
      try container.encode(own.feature, forKey: AnyKey("feature"))
      try container.encode(own.version, forKey: AnyKey("version"))
      try container.encode(own.settings, forKey: AnyKey("settings"))
    }
  }
}

// MARK: What a file may say

extension FeatureRecord {
  /// Whether the numbers are such as the features are made with: a file may be edited.
  private var isPossible: Bool {
    switch self {
    case .frames(let sampling, let image): sampling.isPossible && image.isPossible
    case .image(let image): image.isPossible
    case .spectrogram(let spectrogram, _): spectrogram.isPossible
    case .array, .own: true
    case .text(let text): (1...most).contains(text.length)
    case .flow(let sampling, let image, let computed):
      sampling.isPossible && image.isPossible
        && (computed.map { $0.levels.bound > 0 && $0.levels.bound.isFinite } ?? true)
    }
  }
}

/// More than any file has, and far from where arithmetic overflows.
private let most = 1 << 31

extension FrameSampling {
  fileprivate var isPossible: Bool {
    (1...most).contains(count) && (rate.map { $0 > 0 && $0.isFinite } ?? true)
  }
}

extension ImageFeature {
  fileprivate var isPossible: Bool {
    guard (1...most).contains(height), (1...most).contains(width) else { return false }
    guard case .centred(let side) = fit else { return true }
    return (max(height, width)...most).contains(side)
  }
}

extension SpectrogramFeature {
  fileprivate var isPossible: Bool {
    (1...most).contains(sampleRate) && (1...most).contains(frames) && fit.isPossible
      && transform.isPossible && standardisation.isPossible
  }
}

extension WaveformFit {
  fileprivate var isPossible: Bool {
    switch self {
    case .whole: true
    case .tiled(let count): (1...most).contains(count)
    case .excerpt(let count, let from): (1...most).contains(from) && (1...from).contains(count)
    }
  }
}

extension SpectrogramFeature.Transform {
  fileprivate var isPossible: Bool {
    switch self {
    case .logMagnitude(let stft): stft.isPossible
    case .logMel(let stft, let bands): stft.isPossible && (1...most).contains(bands)
    case .logPowerDensity(let density):
      (2...most).contains(density.size) && density.size.isMultiple(of: 2)
        && (1...density.size).contains(density.hop) && (1...most).contains(density.sampleRate)
    case .filterBank(let bank):
      (1...most).contains(bank.bands) && (400...most).contains(bank.sampleRate)
        && bank
          == KaldiFilterBank(
            bands: bank.bands, sampleRate: bank.sampleRate, window: bank.window)
    }
  }
}

extension STFT {
  fileprivate var isPossible: Bool { (2...most).contains(size) && (1...most).contains(hop) }
}

extension SpectrogramFeature.Standardisation {
  fileprivate var isPossible: Bool {
    guard case .fixed(let mean, let deviation) = self else { return true }
    return mean.isFinite && deviation.isFinite && deviation != 0
  }
}
