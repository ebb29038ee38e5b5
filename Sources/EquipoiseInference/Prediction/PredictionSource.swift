// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
package import EquipoiseData

/// Where the samples of a prediction come from: a prepared dataset or arrays. Whatever else can be
/// brought into the prepared shapes, such as raw media, conforms to this and needs nothing more.
package protocol PredictionSource {
  /// The modalities that it has, in the order of the model's; at least one.
  var modalities: [DatasetModality] { get }
  /// The number of samples.
  var count: Int { get }
  /// What to call a sample.
  func name(of index: Int) -> String
  /// The true class of a sample, an index into the model's classes; `nil` where it is unknown.
  func label(of index: Int) -> Int?
  /// The true labels, 1 or 0 each, or numbers of a sample; `nil` where they are unknown, and in classification.
  func targets(of index: Int) -> [Float]?
  /// Visits all samples in order, one array [B, shape…] for each of ``modalities``.
  ///
  /// - Parameters:
  ///   - size: samples in a batch; the last one may have fewer.
  ///   - body: what to do with a batch.
  /// - Throws: `EquipoiseError` about a sample that cannot be used, and what `body` throws.
  func forEachBatch(of size: Int, _ body: (HostBatch) throws -> Void) throws
}

extension PredictionSource {
  package func targets(of index: Int) -> [Float]? { nil }
}
