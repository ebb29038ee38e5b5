// SPDX-License-Identifier: Apache-2.0
public import EquipoiseKit
public import EquipoiseMedia
public import EquipoiseData
public import EquipoiseFormats

/// How the files of a modality become an array.
///
/// Called from several threads at once. A file counts as changed by its size and times; of a folder only images count.
public protocol MediaFeature: Sendable {
  /// What a dataset says of it.
  var description: ModalityDescription { get }
  /// Whether it calls the decoder: without FFmpeg such features are refused beforehand.
  var decodes: Bool { get }

  /// The array of one sample.
  ///
  /// - Parameters:
  ///   - files: paths that exist; one, where recipe `manifest` lists them.
  ///   - id: the sample's name, for the error.
  ///   - media: decodes them.
  ///   - stream: random numbers of this sample and modality, the same at every run.
  /// - Returns: an array of the stated type and shape.
  /// - Throws: `EquipoiseError` or `FormatError` for a corrupt file; such a sample may be left out.
  func callAsFunction(
    _ files: [String], of id: String, by media: any MediaDecoding, _ stream: inout RandomStream
  ) throws -> HostArray
}

extension MediaFeature {
  /// Yes.
  public var decodes: Bool { true }
}

/// A feature of the library, whose record has keys of its own.
package protocol StandardFeature: MediaFeature {
  /// All settings that the result depends on: with others it is made again.
  var record: FeatureRecord { get }
}
