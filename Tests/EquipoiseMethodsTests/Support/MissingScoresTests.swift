// SPDX-License-Identifier: Apache-2.0
import EquipoiseData
import EquipoiseKit
import EquipoiseModels
import EquipoiseTestSupport
import EquipoiseTorch
import Testing

@testable import EquipoiseMethods

/// Scores of modalities that some samples lack, by hand.
struct MissingScoresTests {
  /// Logits of two classes whose softmax has the given probability of class 0.
  private static func logits(_ probabilities: [Double]) -> Tensor {
    let column = Tensor(probabilities)
    return Tensor.stacked([column.log(), (1 - column).log()], dimension: 1)
  }

  private static func batch(_ rows: [[Int]?], count: Int) -> Batch {
    Batch(
      inputs: rows.map { _ in .zeros([count, 1]) },
      labels: Tensor([Int](repeating: 0, count: count)), indices: Array(0..<count),
      present: rows.map { $0.map { RowPresence(rows: $0, of: count) } })
  }

  /// p_a = (.9, .2, –, .6), p_v = (.3, –, .8, .6): sums over each one's own rows are 1.7 both; over the rows that have
  /// both they are 1.5 and .9.
  @Test func modalitiesAreComparedByCommonRows() {
    let (audio, video) = (Self.logits([0.9, 0.2, 0.5, 0.6]), Self.logits([0.3, 0.5, 0.8, 0.6]))
    let batch = Self.batch([[0, 1, 3], [0, 2, 3]], count: 4)
    expectNumbers(
      ModalityScores.ratios([audio, video], of: batch, by: .crossEntropy), [1.666667, 0.6])
  }

  /// Without a common row neither leads.
  @Test func withoutCommonRowsNeitherLeads() {
    let batch = Self.batch([[0], [1]], count: 2)
    let ratios = ModalityScores.ratios(
      [Self.logits([0.9, 0.2]), Self.logits([0.3, 0.4])], of: batch, by: .crossEntropy)
    expectNumbers(ratios, [1, 1])
  }

  /// Of three modalities pairs are compared by what each pair has in common: (a, v) by row 0, (a, t) by rows 0 and 1,
  /// and (v, t) by row 0 and 2.
  @Test func ofThreeModalitiesPairsAreCompared() {
    let logits = [[0.8, 0.6, 0.5], [0.4, 0.5, 0.3], [0.2, 0.6, 0.5]].map(Self.logits)
    let batch = Self.batch([[0, 1], [0, 2], nil], count: 3)
    // a: (.8/.4 + 1.4/.8)/2; v: (.4/.8 + .7/.7)/2; t: (.8/1.4 + .7/.7)/2.
    expectNumbers(
      ModalityScores.ratios(logits, of: batch, by: .crossEntropy), [1.875, 0.75, 0.785714])
  }

  /// With all samples complete the pairwise rule is the plain one.
  @Test func ofCompleteSamplesItIsThePlainRule() {
    let logits = [[0.8, 0.6], [0.4, 0.5], [0.2, 0.6]].map(Self.logits)
    let batch = Self.batch([nil, nil, nil], count: 2)
    let plain = ModalityScores.ratios(
      ModalityScores.scores(logits, labels: batch.labels))
    #expect(
      isClose(
        ModalityScores.ratios(logits, of: batch, by: .crossEntropy), plain, tolerance: 1e-12))
  }

  /// PMR's lag is behind, and its lead over, any other modality by their common rows.
  @Test func lagsAndLeadsByCommonRows() {
    let (audio, video) = (Self.logits([0.9, 0.2, 0.5, 0.6]), Self.logits([0.3, 0.5, 0.8, 0.6]))
    let batch = Self.batch([[0, 1, 3], [0, 2, 3]], count: 4)
    let (lags, leads) = PMR.coefficients([audio, video], batch)
    expectNumbers(lags, [0, 0.666667])
    expectNumbers(leads, [0.666667, 0])
    let apart = PMR.coefficients([audio, video], Self.batch([[0, 1], [2, 3]], count: 4))
    expectNumbers(apart.lags, [0, 0])
    expectNumbers(apart.leads, [0, 0])
  }

  /// Sample 0 would lose all that it has, and keeps it; sample 1 keeps one; sample 2 lacks the second and has its first.
  @Test func noSampleIsLeftWithNothing() {
    let kept = Tensor([0, 0, 0, 0, 1, 1] as [Double], shape: [2, 3])
    let batch = Self.batch([nil, [0, 1]], count: 3)
    let spared = OPM.spared(kept, present: batch.present)
    expectNumbers(spared, [1, 0, 1, 1, 1, 1])
    expectNumbers(OPM.spared(kept, present: [nil, nil]), [0, 0, 0, 0, 1, 1])
  }

  /// A sample that has one modality: the response of that is the output, the other's is 0. The others' are those of two.
  @Test func responsesOfSamplesThatLackModalities() {
    let sets = AGMSets(modalities: 2)
    let passes = [[1, 0.2, 0], [0.5, 0, 0], [2, 0, 0]].map { row in
      Tensor(row + row + row, shape: [3, 3])
    }
    let batch = Self.batch([[0, 1], [0, 2]], count: 3)
    let (responses, weights) = sets.responses(passes, present: batch.present)
    // Row 1 has the first alone, whose set is {0}; row 2 the second, whose set is {1}.
    expectNumbers(
      responses, [1.25, 0.1, 0, 1, 0.2, 0, 0, 0, 0, 0.75, -0.1, 0, 0, 0, 0, 0.5, 0, 0])
    expectNumbers(
      weights.select(1), [1, 0, 0, 0, 0, 0])
    // A complete batch has the responses of the plain rule.
    let complete = sets.responses(passes, present: [nil, nil]).responses
    #expect(isClose(complete, sets.responses(passes), tolerance: 1e-14))
  }

  /// Probabilities (.8, .2) and (.4, .6): the mean of both, and of one alone its own.
  @Test func averagesAreOfTheModalitiesThatASampleHas() {
    let logits = [Self.logits([0.8, 0.8, 0.8]), Self.logits([0.4, 0.4, 0.4])]
    let present = [nil, RowPresence(rows: [0, 1], of: 3)] as [RowPresence?]
    let mean = LateFusion.meanOfProbabilities(logits, present).exp()
    expectNumbers(mean, [0.6, 0.4, 0.6, 0.4, 0.8, 0.2])
    let labels = LateFusion.meanOfLabelProbabilities(
      [Tensor([1.0, 1], shape: [2, 1]), Tensor([-1.0, -1], shape: [2, 1])],
      [nil, RowPresence(rows: [0], of: 2)])
    // σ(1) and σ(−1) have the mean ½, whose logit is 0.
    expectNumbers(labels, [0, 1])
    expectNumbers(
      MLA.weights(logits, present: present).select(1),
      [
        MLA.weights(logits).select(1).floats().map(Double.init)[0],
        MLA.weights(logits).select(1).floats().map(Double.init)[1], 0,
      ])
    expectNumbers(
      MLA.weights(logits, of: .regression, present: present), [0.5, 0.5, 1, 0.5, 0.5, 0])
  }
}
