// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit

// How features are written in `media.json` and, as a modality's note, in `dataset.json`. Names are those of the
// format (docs/formats.md), which stay when something is renamed here; `formerly` is where version 1 had a value.

extension ImageFeature.Fit: Codable {
  /// Reads a way to a size.
  public init(from decoder: any Decoder) throws {
    let record = try TaggedRecord(from: decoder)
    switch record.type {
    case "stretched": self = .stretched
    case "centred": self = .centred(shorterSide: try record.value("shorterSide"))
    default: throw record.unknown
    }
  }

  /// Writes it.
  public func encode(to encoder: any Encoder) throws {
    switch self {
    case .stretched: _ = try encoder.tagged("stretched")
    case .centred(let side):
      var container = try encoder.tagged("centred")
      try container.encode(side, forKey: AnyKey("shorterSide"))
    }
  }
}

extension WaveformFit: Codable {
  /// Reads a way to a number of samples.
  public init(from decoder: any Decoder) throws {
    let record = try TaggedRecord(from: decoder)
    switch record.type {
    case "whole": self = .whole
    case "tiled": self = .tiled(try record.value("samples", formerly: "_0"))
    case "excerpt":
      self = .excerpt(
        try record.value("samples", formerly: "_0"), from: try record.value("from"))
    default: throw record.unknown
    }
  }

  /// Writes it.
  public func encode(to encoder: any Encoder) throws {
    switch self {
    case .whole: _ = try encoder.tagged("whole")
    case .tiled(let count):
      var container = try encoder.tagged("tiled")
      try container.encode(count, forKey: AnyKey("samples"))
    case .excerpt(let count, let from):
      var container = try encoder.tagged("excerpt")
      try container.encode(count, forKey: AnyKey("samples"))
      try container.encode(from, forKey: AnyKey("from"))
    }
  }
}

extension SpectrogramFeature.Transform: Codable {
  /// Reads a transform.
  public init(from decoder: any Decoder) throws {
    let record = try TaggedRecord(from: decoder)
    switch record.type {
    case "log-magnitude", "logMagnitude":
      self = .logMagnitude(try record.value("stft", formerly: "_0"))
    case "log-mel", "logMel":
      self = .logMel(try record.value("stft", formerly: "_0"), bands: try record.value("bands"))
    case "log-power-density", "logPowerDensity":
      self = .logPowerDensity(try record.value("density", formerly: "_0"))
    case "kaldi-filter-bank", "filterBank":
      self = .filterBank(try record.value("bank", formerly: "_0"))
    default: throw record.unknown
    }
  }

  /// Writes it.
  public func encode(to encoder: any Encoder) throws {
    switch self {
    case .logMagnitude(let stft):
      var container = try encoder.tagged("log-magnitude")
      try container.encode(stft, forKey: AnyKey("stft"))
    case .logMel(let stft, let bands):
      var container = try encoder.tagged("log-mel")
      try container.encode(stft, forKey: AnyKey("stft"))
      try container.encode(bands, forKey: AnyKey("bands"))
    case .logPowerDensity(let density):
      var container = try encoder.tagged("log-power-density")
      try container.encode(density, forKey: AnyKey("density"))
    case .filterBank(let bank):
      var container = try encoder.tagged("kaldi-filter-bank")
      try container.encode(bank, forKey: AnyKey("bank"))
    }
  }
}

extension SpectrogramFeature.Standardisation: Codable {
  /// Reads a standardisation.
  public init(from decoder: any Decoder) throws {
    let record = try TaggedRecord(from: decoder)
    switch record.type {
    case "none": self = .none
    case "fixed":
      self = .fixed(mean: try record.value("mean"), deviation: try record.value("deviation"))
    case "per-recording", "perRecording": self = .perRecording
    default: throw record.unknown
    }
  }

  /// Writes it.
  public func encode(to encoder: any Encoder) throws {
    switch self {
    case .none: _ = try encoder.tagged("none")
    case .fixed(let mean, let deviation):
      var container = try encoder.tagged("fixed")
      try container.encode(mean, forKey: AnyKey("mean"))
      try container.encode(deviation, forKey: AnyKey("deviation"))
    case .perRecording: _ = try encoder.tagged("per-recording")
    }
  }
}
