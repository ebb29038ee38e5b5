// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseData
internal import EquipoiseTraining

extension RunConfiguration {
  /// Into how many folds an experiment deals a dataset, each of which it trains.
  ///
  /// - Parameter data: the dataset.
  /// - Returns: the folds; nil where the dataset's splits are used.
  /// - Throws: `EquipoiseError` where a fold is named, or the samples are too few.
  func foldCount(in data: PreparedDataset) throws -> Int? {
    guard let options = evaluation.foldOptions else { return nil }
    guard options.fold == 0 else {
      throw EquipoiseError(
        .configuration, "every fold is trained, and fold \(options.fold) is named",
        at: "evaluation.fold", fix: "leave it out")
    }
    return try data.foldCount(options)
  }

  /// Throws unless folds are dealt as another configuration has them dealt.
  ///
  /// - Parameters:
  ///   - other: what it is compared with.
  ///   - place: what this is, for messages.
  /// - Throws: `EquipoiseError` where they are others.
  func checkSameFolds(as other: RunConfiguration, at place: String) throws {
    guard evaluation.foldOptions != other.evaluation.foldOptions else { return }
    throw EquipoiseError(
      .usage, "the folds are others than those of the first", at: place,
      fix: "set evaluation.folds, leaveGroupOut, fold and foldsOf alike for all of them")
  }
}

extension Int? {
  /// Each of so many folds; of no number nil alone, which stands for the dataset's splits.
  var everyFold: [Int?] { map { (0..<$0).map(Optional.some) } ?? [nil] }
}
