// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseMetrics
internal import EquipoiseModels
internal import EquipoiseData
internal import EquipoiseMethods
import EquipoiseTorch
internal import EquipoiseWorkers

/// Runs a model over samples and scores it. Averages are over samples, never over batches.
struct Evaluator {
  let inference: Inference
  let scoring: SplitScoring
  let options: EvaluationConfiguration

  private var model: MultimodalModel { inference.model }

  /// What one pass over a split gathers: the fused outputs, a row for each sample, and of everything else what the
  /// task's measure needs.
  struct Rows {
    var answers = SplitAnswers()
    var fused: [Tensor] = []
    var slices: [SplitOutputs] = []
    var zeroOuts: [SplitOutputs] = []
    var sets: [SplitOutputs] = []
    /// Which modalities each sample has: a bit for each modality, the first one the lowest.
    var patterns: [Int] = []
    /// The place of each sample in the split.
    var places: [Int] = []

    /// What was gathered of the samples in the order of the split, whatever batches they came in.
    mutating func sort(_ fused: [Float], width: Int) -> [Float] {
      let order = places.indices.sorted { places[$0] < places[$1] }
      guard order != Array(places.indices) else { return fused }
      answers = answers.picked(order, width: width)
      (slices, zeroOuts, sets) = (
        slices.map { $0.picked(order, width: width) },
        zeroOuts.map { $0.picked(order, width: width) }, sets.map { $0.picked(order, width: width) }
      )
      patterns = order.map { patterns[$0] }
      return SplitOutputs(rows: fused).picked(order, width: width).rows
    }

    /// The places of the samples that have a modality.
    func samples(_ modality: Int) -> [Int] {
      patterns.indices.filter { patterns[$0] & (1 << modality) != 0 }
    }
  }

  /// Scores a split.
  ///
  /// - Parameters:
  ///   - workers: the processes among which the split's batches are divided; nil for one alone.
  ///   - forEachBatch: visits this worker's batches, in any order.
  /// - Returns: the report, without linear probes.
  /// - Throws: `EquipoiseError` when the model's output is not finite.
  func report(
    of workers: WorkerGroup? = nil, _ forEachBatch: ((Batch) throws -> Void) throws -> Void
  ) throws -> EvaluationReport {
    var rows = Rows()
    try withoutGradient {
      let absent = options.shapley && !model.isCoupled ? absentFeatures() : []
      try forEachBatch { batch in try add(batch, absent, to: &rows) }
    }
    var gathered =
      rows.fused.isEmpty ? [] : Tensor.concatenated(rows.fused, dimension: 0).floats()
    if let workers { (rows, gathered) = try rows.gathered(with: gathered, over: workers) }
    let fused = rows.sort(gathered, width: scoring.width)
    // What training decides by scores all workers decide alike.
    return try workers?.agreed { try scored(fused, rows) } ?? scored(fused, rows)
  }

  private func scored(_ fused: [Float], _ rows: Rows) throws -> EvaluationReport {
    guard fused.allSatisfy(\.isFinite) else {
      throw EquipoiseError(
        .training, "the model's logits are not finite", fix: "lower the learning rate")
    }
    var report = scoring.report(
      fused, rows.answers, modalities: modalityReports(rows),
      shapley: options.shapley ? shapley(rows) : nil)
    report.patterns = patternReports(fused, rows)
    return report
  }

  /// What is achieved on the samples of each set of modalities; none where all samples have all.
  private func patternReports(_ fused: [Float], _ rows: Rows) -> [String: PatternReport] {
    let names = model.modalities
    let all = 1 << names.count - 1
    guard rows.patterns.contains(where: { $0 != all }) else { return [:] }
    let width = scoring.width
    let groups = Dictionary(grouping: rows.patterns.indices) { rows.patterns[$0] }
    return Dictionary(
      uniqueKeysWithValues: groups.map { set, samples in
        let outputs = SplitOutputs(rows: fused).picked(samples, width: width)
        return (
          PatternReport.name(of: set, names),
          PatternReport(
            scoring.report(outputs.rows, rows.answers.picked(samples, width: width)))
        )
      })
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
    let (training, test) = (try features(training), try features(test))
    let accuracies = zip(model.modalities, zip(training, test)).compactMap {
      name, splits -> (String, Double)? in
      let (training, test) = splits
      guard training.labels.size(0) > 0, test.labels.size(0) > 0 else { return nil }
      var answers = SplitAnswers()
      answers.append(test.labels, of: scoring.task)
      let logits = LinearProbe.logits(
        training: training.features,
        labels: scoring.scale?.standardised(training.labels) ?? training.labels,
        test: test.features, classes: scoring.width, of: scoring.task)
      return (name, scoring.brief(scoring.kept(logits), answers).measure)
    }
    return Dictionary(uniqueKeysWithValues: accuracies)
  }

  /// Of each modality the features and answers of the samples that have it.
  private func features(
    _ forEachBatch: ((Batch) throws -> Void) throws -> Void
  ) throws -> [(features: Tensor, labels: Tensor)] {
    var columns: [[Tensor]] = []
    var labels: [[Tensor]] = []
    try withoutGradient {
      try forEachBatch { batch in
        let features = model.features(batch.ragged, .evaluation)
        append(features.enumerated().map { batch.present[$0].rows(of: $1) }, to: &columns)
        append(batch.present.map { $0.rows(of: batch.labels) }, to: &labels)
      }
    }
    return zip(columns, labels).map {
      (Tensor.concatenated($0, dimension: 0), Tensor.concatenated($1, dimension: 0))
    }
  }

  private func add(_ batch: Batch, _ absent: [Tensor], to rows: inout Rows) throws {
    let answer = try inference.answer(to: batch.ragged)
    let features = answer.features
    rows.patterns += RowPresence.sets(batch.present, of: batch.count)
    rows.places += batch.indices
    rows.answers.append(batch.labels, of: scoring.task)
    rows.fused.append(answer.fused)
    append((inference.slices(of: features) ?? []).map(scoring.kept), to: &rows.slices)
    append(try inference.zeroOuts(of: features).map(scoring.kept), to: &rows.zeroOuts)
    guard options.shapley else { return }
    // An input of zeros gives what its length makes of it.
    let absent =
      !model.isCoupled && batch.lengths.contains { $0 != nil }
      ? model.features(model.masked(batch.ragged, keeping: []), .evaluation) : absent
    append(
      try (0..<1 << features.count).map { set in
        let present = Set(features.indices.filter { set & (1 << $0) != 0 })
        return scoring.kept(
          try inference.fusedLogits(
            of: model.isCoupled
              ? model.features(model.masked(batch.ragged, keeping: present), .evaluation)
              : features.indices.map {
                present.contains($0)
                  ? features[$0]
                  : replaced(features[$0], by: absent[$0], where: batch.present[$0])
              }, present: batch.present))
      }, to: &rows.sets)
  }

  /// Features of which those of the samples that have the modality are another one; what stands for a missing modality
  /// stays.
  private func replaced(
    _ features: Tensor, by other: Tensor, where presence: RowPresence?
  ) -> Tensor {
    let all = other.expanded([features.size(0), -1])
    return presence.map {
      all.selected(where: $0.mask.unsqueezed(1), else: features)
    } ?? all
  }

  /// What each encoder makes of an input of zeros, [1, width]; the same for every sample.
  private func absentFeatures() -> [Tensor] {
    model.encoders.entries.map { name, encoder in
      let shape = [1] + encoder.continuousShape(model.inputShapes[name] ?? [])
      let zeros = Tensor.zeros(shape, device: inference.device)
      return encoder.features(zeros, .evaluation)
    }
  }

  private func modalityReports(_ rows: Rows) -> [String: ModalityReport] {
    let named = model.modalities.enumerated().compactMap {
      index, name -> (String, ModalityReport)? in
      let samples = rows.samples(index)
      // Without a sample that has it there is nothing to say of it.
      guard !samples.isEmpty || rows.patterns.isEmpty else { return nil }
      let isPartial = samples.count < rows.patterns.count
      func score(_ outputs: SplitOutputs) -> (measure: Double, macroF1: Double?) {
        guard isPartial else { return scoring.brief(outputs, rows.answers) }
        let width = scoring.width
        return scoring.brief(
          outputs.picked(samples, width: width), rows.answers.picked(samples, width: width))
      }
      let slice = index < rows.slices.count ? score(rows.slices[index]) : nil
      let zeroOut = score(rows.zeroOuts[index])
      return (
        name,
        ModalityReport(
          slice: slice?.measure, sliceMacroF1: slice?.macroF1, zeroOut: zeroOut.measure,
          zeroOutMacroF1: zeroOut.macroF1, samples: isPartial ? samples.count : nil)
      )
    }
    return Dictionary(uniqueKeysWithValues: named)
  }

  private func shapley(_ rows: Rows) -> ShapleyReport {
    let names = model.modalities
    let accuracies = rows.sets.map { scoring.brief($0, rows.answers).measure }
    let values = ShapleyValue.of(accuracies)
    let labels = accuracies.indices.map { set in
      PatternReport.name(of: set, names)
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
