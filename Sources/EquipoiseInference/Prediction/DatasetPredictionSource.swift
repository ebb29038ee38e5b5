// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
package import EquipoiseData
package import EquipoiseTraining
internal import EquipoiseFormats

/// A split of a prepared dataset; modalities that it lacks are missing, others must fit the model.
package struct DatasetPredictionSource: PredictionSource {
  package let modalities: [DatasetModality]
  private let samples: Samples
  private let hasLabels: Bool

  /// Opens a dataset.
  ///
  /// - Parameters:
  ///   - folder: the folder that holds `dataset.json`.
  ///   - split: which samples.
  ///   - run: what was trained. Its normalisation is used; labels count where the classes agree.
  /// - Throws: `EquipoiseError` or `FormatError` naming what does not fit.
  package init(folder: String, split: Split, for run: RunParts) throws {
    let description = try DatasetDescription.read(folder: folder)
    modalities = run.dataset.modalities.filter { description.modalities[$0.name] != nil }
    guard !modalities.isEmpty else {
      let wanted = run.dataset.modalities.map(\.name)
      throw EquipoiseError(
        .data,
        "dataset '\(description.name)' has none of the modalities that the run was trained on",
        at: folder, fix: "give one or more of \(wanted.joined(separator: ", "))")
    }
    for modality in modalities {
      let (found, wanted) = (description.modalities[modality.name], modality.description)
      guard let found,
        found.kind != wanted.kind || found.shape != wanted.shape
          || found.type != wanted.type
      else { continue }
      throw EquipoiseError(
        .data,
        "modality '\(modality.name)' is \(found.kind.rawValue) \(found.type.rawValue) \(found.shape), "
          + "but the run was trained on \(wanted.kind.rawValue) \(wanted.type.rawValue) "
          + "\(wanted.shape)", at: folder, fix: "prepare it as the training data was prepared")
    }
    samples = try PreparedDataset(folder: folder, modalities: modalities.map(\.name))
      .samples(split)
    guard samples.count > 0 else {
      throw EquipoiseError(
        .data, "the dataset has no samples in split '\(split.rawValue)'", at: folder,
        fix: "choose another one with \(.argument("split"))")
    }
    let trained = run.dataset.description
    hasLabels = description.task == trained.task && description.outputs == trained.outputs
  }

  package var count: Int { samples.count }

  package func name(of index: Int) -> String { samples.id(of: index) }

  package func label(of index: Int) -> Int? {
    hasLabels && samples.targets == nil ? samples.labels[index] : nil
  }

  package func targets(of index: Int) -> [Float]? {
    hasLabels ? samples.targets.map { Array($0.row(index)) } : nil
  }

  package func forEachBatch(of size: Int, _ body: (HostBatch) throws -> Void) throws {
    let stream = try Loader(samples, LoaderOptions(batchSize: size)).batches(epoch: 0)
    while let batch = try stream.next() { try body(batch) }
  }
}
