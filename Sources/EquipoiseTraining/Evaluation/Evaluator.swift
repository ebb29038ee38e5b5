// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseModels
internal import EquipoiseData
internal import EquipoiseMethods
import EquipoiseTorch

/// Runs a model over samples and scores it. Averages are over samples, never over batches.
struct Evaluator {
  let inference: Inference
  let scoring: SplitScoring
  let options: EvaluationConfiguration

  private var model: MultimodalModel { inference.model }

  /// What one pass over a split gathers: the fused outputs, a row for each sample, and of everything else what the
  /// task's measure needs.
  private struct Rows {
    var answers = SplitAnswers()
    var fused: [Tensor] = []
    var slices: [SplitOutputs] = []
    var zeroOuts: [SplitOutputs] = []
    var sets: [SplitOutputs] = []
  }

  /// Scores a split.
  ///
  /// - Parameter forEachBatch: visits the split's batches in order.
  /// - Returns: the report, without linear probes.
  /// - Throws: `EquipoiseError` when the model's output is not finite.
  func report(_ forEachBatch: ((Batch) throws -> Void) throws -> Void) throws -> EvaluationReport {
    var rows = Rows()
    try withoutGradient {
      let absent = options.shapley && !model.isCoupled ? absentFeatures() : []
      try forEachBatch { batch in try add(batch, absent, to: &rows) }
    }
    let fused =
      rows.fused.isEmpty ? [] : Tensor.concatenated(rows.fused, dimension: 0).floats()
    guard fused.allSatisfy(\.isFinite) else {
      throw EquipoiseError(
        .training, "the model's logits are not finite", fix: "lower the learning rate")
    }
    return scoring.report(
      fused, rows.answers, modalities: modalityReports(rows),
      shapley: options.shapley ? shapley(rows) : nil)
  }

  /// The task's measure of a linear model on each modality's frozen features.
  ///
  /// - Parameters:
  ///   - training: visits the split that the classifiers are trained on.
  ///   - test: visits the split that they are scored on.
  /// - Returns: the measure by modality: of classification the accuracy.
  /// - Throws: what the visits throw.
  func probe(
    training: ((Batch) throws -> Void) throws -> Void,
    test: ((Batch) throws -> Void) throws -> Void
  ) throws -> [String: Double] {
    let (trainingFeatures, trainingLabels) = try features(training)
    let (testFeatures, testLabels) = try features(test)
    var answers = SplitAnswers()
    answers.append(testLabels, of: scoring.task)
    let accuracies = model.modalities.indices.map { index in
      let logits = LinearProbe.logits(
        training: trainingFeatures[index],
        labels: scoring.scale?.standardised(trainingLabels) ?? trainingLabels,
        test: testFeatures[index], classes: scoring.width, of: scoring.task)
      return scoring.brief(scoring.kept(logits), answers).measure
    }
    return Dictionary(uniqueKeysWithValues: zip(model.modalities, accuracies))
  }

  private func features(
    _ forEachBatch: ((Batch) throws -> Void) throws -> Void
  ) throws -> (features: [Tensor], labels: Tensor) {
    var columns: [[Tensor]] = []
    var labels: [Tensor] = []
    try withoutGradient {
      try forEachBatch { batch in
        append(model.features(batch.ragged, .evaluation), to: &columns)
        labels.append(batch.labels)
      }
    }
    return (
      columns.map { Tensor.concatenated($0, dimension: 0) },
      Tensor.concatenated(labels, dimension: 0)
    )
  }

  private func add(_ batch: Batch, _ absent: [Tensor], to rows: inout Rows) throws {
    let answer = try inference.answer(to: batch.ragged)
    let features = answer.features
    rows.answers.append(batch.labels, of: scoring.task)
    rows.fused.append(answer.fused)
    append((inference.slices(of: features) ?? []).map(scoring.kept), to: &rows.slices)
    append(try inference.zeroOuts(of: features).map(scoring.kept), to: &rows.zeroOuts)
    guard options.shapley else { return }
    // An input of zeros gives what its length makes of it.
    let isPerSample = model.isCoupled || batch.lengths.contains { $0 != nil }
    append(
      try (0..<1 << features.count).map { set in
        let present = Set(features.indices.filter { set & (1 << $0) != 0 })
        return scoring.kept(
          try inference.fusedLogits(
            of: isPerSample
              ? model.features(model.masked(batch.ragged, keeping: present), .evaluation)
              : features.indices.map {
                present.contains($0) ? features[$0] : absent[$0].expanded([batch.count, -1])
              }))
      }, to: &rows.sets)
  }

  /// What each encoder makes of an input of zeros, [1, width]; the same for every sample.
  private func absentFeatures() -> [Tensor] {
    model.encoders.entries.map { name, encoder in
      let zeros = Tensor.zeros([1] + (model.inputShapes[name] ?? []), device: inference.device)
      return encoder.features(zeros, .evaluation)
    }
  }

  private func modalityReports(_ rows: Rows) -> [String: ModalityReport] {
    let named = model.modalities.enumerated().map { index, name in
      let slice =
        index < rows.slices.count ? scoring.brief(rows.slices[index], rows.answers) : nil
      let zeroOut = scoring.brief(rows.zeroOuts[index], rows.answers)
      return (
        name,
        ModalityReport(
          slice: slice?.measure, sliceMacroF1: slice?.macroF1, zeroOut: zeroOut.measure,
          zeroOutMacroF1: zeroOut.macroF1)
      )
    }
    return Dictionary(uniqueKeysWithValues: named)
  }

  private func shapley(_ rows: Rows) -> ShapleyReport {
    let names = model.modalities
    let accuracies = rows.sets.map { scoring.brief($0, rows.answers).measure }
    let values = ShapleyValue.of(accuracies)
    let labels = accuracies.indices.map { set in
      let present = names.indices.filter { set & (1 << $0) != 0 }.map { names[$0] }
      return present.isEmpty ? "none" : present.joined(separator: "+")
    }
    return ShapleyReport(
      values: Dictionary(uniqueKeysWithValues: zip(names, values)),
      imbalance: ShapleyValue.imbalance(values),
      accuracies: Dictionary(uniqueKeysWithValues: zip(labels, accuracies)))
  }

  private func append(_ outputs: [SplitOutputs], to columns: inout [SplitOutputs]) {
    if columns.isEmpty { columns = outputs.map { _ in SplitOutputs() } }
    for (index, own) in outputs.enumerated() { columns[index].append(own) }
  }

  private func append(_ tensors: [Tensor], to columns: inout [[Tensor]]) {
    if columns.isEmpty { columns = tensors.map { _ in [] } }
    for (index, tensor) in tensors.enumerated() { columns[index].append(tensor) }
  }
}
