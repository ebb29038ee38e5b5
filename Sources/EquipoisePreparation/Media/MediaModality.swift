// SPDX-License-Identifier: Apache-2.0
public import EquipoiseFeatures
internal import EquipoiseKit
package import EquipoiseMedia
internal import EquipoiseData
package import EquipoiseFormats

/// One modality of raw samples, and what is made of its files.
public struct MediaModality: Sendable {
  /// What it is called.
  public let name: String
  /// Makes the arrays.
  public let feature: any MediaFeature
  /// Whether training is to see the mean 0 and standard deviation 1 of the training split.
  let standardised: Bool
  /// What `media.json` and `dataset.json` say of the feature.
  let record: FeatureRecord

  /// A modality that a feature makes, of the library or of one's own.
  ///
  /// - Parameters:
  ///   - name: what it is called.
  ///   - settings: those of the feature, which are recorded with the dataset.
  ///   - standardised: whether training is to see the mean 0 and standard deviation 1 of the training split; no use
  ///     for uint8.
  /// - Throws: `EquipoiseError` when settings do not fit each other.
  public init<Settings: MediaFeatureConfiguration>(
    name: String, feature settings: Settings, standardised: Bool = false
  ) throws {
    let feature = try settings.makeFeature()
    let record =
      try (feature as? any StandardFeature)?.record ?? .own(OwnFeatureRecord(settings))
    self.init(name: name, feature: feature, record: record, standardised: standardised)
  }

  /// A modality of npy or npz files, whose arrays stay as they are.
  ///
  /// - Parameters:
  ///   - name: what it is called.
  ///   - files: the paths of all of them; their headers have to agree on shape and type.
  ///   - key: the array's name in npz files; nil takes their only one.
  ///   - length: the steps that series of different lengths are padded or cut to; nil wants one shape.
  ///   - standardised: as for other features.
  /// - Throws: `EquipoiseError` naming the file that differs, or `FormatError`.
  public init(
    name: String, arrays files: [String], key: String? = nil, length: Int? = nil,
    standardised: Bool = false
  ) throws {
    guard !files.isEmpty else {
      throw EquipoiseError(.data, "there are no files of modality '\(name)'", fix: "list some")
    }
    let feature = try ArrayFeature(like: files.map { ($0, $0) }, key: key, length: length)
    self.init(name: name, feature: feature, standardised: standardised)
  }

  package init(name: String, feature: any StandardFeature, standardised: Bool = false) {
    self.init(name: name, feature: feature, record: feature.record, standardised: standardised)
  }

  init(name: String, feature: any MediaFeature, record: FeatureRecord, standardised: Bool = false) {
    (self.name, self.feature, self.record) = (name, feature, record)
    self.standardised = standardised
  }

  /// Whether samples have lengths of their own.
  package var hasLengths: Bool { (feature as? any SteppedFeature)?.hasLengths ?? false }

  /// Whether a table's cell may hold what its files would.
  package var takesTexts: Bool { feature is TextFeature }

  /// What a sample has several of.
  var unit: String { takesTexts ? "tokens" : "steps" }

  /// The steps that a sample's files have, which may be more than those of the shape; nil where samples have no lengths.
  /// Throws `FormatError`.
  package func steps(_ files: [String]) throws -> Int? {
    guard let stepped = feature as? any SteppedFeature, stepped.hasLengths else { return nil }
    return try stepped.steps(of: files)
  }

  /// The array of one sample, which depends on its name where something is drawn. Throws as `feature`.
  package func array(
    _ files: [String], of id: String, by decoder: any MediaDecoding
  ) throws -> HostArray {
    var stream = RandomStream(seed: 0, "media", name, id)
    let array = try feature(files, of: id, by: decoder, &stream)
    let stated = feature.description
    guard array.shape == stated.shape, array.type == stated.type else {
      throw EquipoiseError(
        .data,
        "modality '\(name)' became \(array), and its feature states \(stated.type.rawValue) \(stated.shape)",
        at: files.first, fix: "correct the feature")
    }
    return array
  }
}
