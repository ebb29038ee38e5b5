// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseData
internal import EquipoiseKit
internal import EquipoiseModels
import EquipoiseTorch

/// Which modalities a step modulates, and by which of the batch's samples they are measured and compared.
struct StepModalities {
  /// V: the modalities that enough samples have, in order; none where fewer than two are left.
  let modulated: [Int]
  /// The samples that have a modality; nil where all do.
  private let present: [RowPresence?]
  /// The samples by which modalities are compared: those that have all of V; nil where each one's own are, or all.
  private let compared: RowPresence?
  private let samples: Int
  /// Of each modality which rows of the batch are this worker's; nil where it has all.
  private let shares: [BatchShare?]

  /// - Parameters:
  ///   - batch: the step's.
  ///   - settings: how many samples are enough.
  init(_ batch: Batch, _ settings: AIMMissingConfiguration) {
    samples = batch.count
    shares = batch.present.map { presence in batch.share?.having(presence) }
    let present = batch.present
    self.present = present
    let enough = present.indices.filter {
      present[$0].map { $0.rows.count >= settings.minimumSamples } ?? true
    }
    let modulated = enough.count < 2 ? [] : enough
    self.modulated = modulated
    let common = modulated.reduce(nil as RowPresence?) { RowPresence.common($0, batch.present[$1]) }
    compared =
      settings.compareOn == .common && (common?.rows.count ?? 0) >= settings.minimumSamples
      ? common : nil
  }

  /// The samples that have a modality; nil where all do.
  func presence(_ modality: Int) -> RowPresence? { present[modality] }

  /// The number of samples that have a modality.
  func count(_ modality: Int) -> Int { present[modality].count(of: samples) }

  /// The number of this worker's samples that have a modality.
  func ownCount(_ modality: Int) -> Int {
    guard let share = shares[modality] else { return count(modality) }
    return share.ownPresence.count(of: share.own.count)
  }

  /// One row for each sample that has a modality, from those of this worker's own.
  func gathered(_ rows: Tensor, _ modality: Int) -> Tensor {
    shares[modality].gatheredPresent(rows)
  }

  /// Whether a sample of the batch lacks anything.
  var isPartial: Bool { present.contains { $0 != nil } }

  /// n_m of each modality, and the number of samples by which they are compared.
  var counts: (own: [Int], compared: Int?) { (present.indices.map(count), compared?.rows.count) }

  /// The number of samples that s of a modality is a mean of.
  func scored(_ modality: Int) -> Int {
    guard let compared, modulated.contains(modality) else { return count(modality) }
    return compared.rows.count
  }

  /// L on each modality's own samples, s on those by which modalities are compared.
  ///
  /// - Parameters:
  ///   - answers: of the batch.
  ///   - known: of each modality the prototypes that there are; nil for all.
  ///   - make: from answers and those prototypes to what is made of them.
  /// - Returns: the measure of each modality's rows, one for all where neither a sample nor a prototype is missing.
  func measures(
    _ answers: Tensor, known: [RowPresence?] = [],
    _ make: (Tensor, RowPresence?) -> any BlockMeasure
  ) -> [any BlockMeasure] {
    guard isPartial || known.contains(where: { $0 != nil }) else {
      let whole = make(answers, nil)
      return present.map { _ in whole }
    }
    return present.indices.map { modality in
      measure(modality, answers) { make($0, known.isEmpty ? nil : known[modality]) }
    }
  }

  /// That of one modality's rows.
  func measure(
    _ modality: Int, _ answers: Tensor, _ make: (Tensor) -> any BlockMeasure
  ) -> any BlockMeasure {
    let presence = present[modality]
    let own = make(presence.rows(of: answers))
    guard let compared, modulated.contains(modality) else { return own }
    let rows = presence?.rows ?? Array(0..<samples)
    guard rows != compared.rows else { return own }
    let places = Dictionary(uniqueKeysWithValues: rows.enumerated().map { ($1, $0) })
    let common = RowPresence(
      rows: compared.rows.compactMap { places[$0] }, of: rows.count, device: answers.device)
    return ComparedMeasure(
      own: own, common: common, compared: make(compared.gathered(answers)))
  }
}

/// L of a modality's own samples, and s of some of them.
struct ComparedMeasure: BlockMeasure {
  let own: any BlockMeasure
  /// Which of the modality's own samples are compared.
  let common: RowPresence
  let compared: any BlockMeasure

  func performance(_ outputs: Tensor) -> BlockPerformance {
    let (own, compared) = (
      own.performance(outputs), compared.performance(common.gathered(outputs.detached()))
    )
    return BlockPerformance(
      score: compared.score, loss: own.loss, groupScores: compared.groupScores,
      divergence: own.divergence)
  }

  func lesson(_ outputs: Tensor) -> Tensor { own.lesson(outputs) }
}
