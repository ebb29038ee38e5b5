// SPDX-License-Identifier: Apache-2.0
import EquipoiseTorch
import Foundation
import Testing

@testable import EquipoiseMethods

/// Every scalar of the equations by hand: two modalities, K = 2, one number per feature.
///
///     modality 1: f = 0, 2; prototypes 0 and 2; labels 0, 0 → δ = [[0, 2], [2, 0]]
///     modality 2: f = 1, 1; prototypes 0 and 2; labels 0, 0 → δ = [[1, 1], [1, 1]]
struct AIMEquationsTests {
  private let labels = Tensor([0, 0])
  /// 1 / (1 + e⁻²).
  private let near = 0.8807970779778823

  private func performance(_ features: [Double], _ prototypes: [Double]) -> BlockPerformance {
    let distances = BlockDistance.euclidean(
      Tensor(features, shape: [2, 1]), Tensor(prototypes, shape: [2, 1]))
    return BlockPerformance(logits: -distances, labels: labels)
  }

  private var first: BlockPerformance { performance([0, 2], [0, 2]) }
  private var second: BlockPerformance { performance([1, 1], [0, 2]) }

  private func expect(_ tensor: Tensor, _ expected: [Double], within tolerance: Double = 1e-9) {
    let values = tensor.array(of: Double.self)
    #expect(values.count == expected.count)
    for (value, expected) in zip(values, expected) {
      #expect(abs(value - expected) <= tolerance, "\(value) is not \(expected)")
    }
  }

  @Test func scoreIsTheMeanProbabilityOfTheTrueClass() {
    // (σ(2) + σ(−2)) / 2 = ½ for the first, ½ for the second as well.
    expect(first.score, [0.5])
    expect(second.score, [0.5])
    expect(performance([0, 0], [0, 2]).score, [near])
  }

  @Test func lossIsTheMeanNegativeLogarithm() {
    // (ln(1 + e⁻²) + ln(1 + e²)) / 2 = (0.126928 + 2.126928) / 2
    expect(first.loss, [1.1269280110429725])
    expect(second.loss, [log(2)])
  }

  @Test func participationIsTheSoftmaxOfMinusTheScores() {
    // Scores 0.2, 0.6, 0.4, 0.4: e^-s = .818731, .548812, .670320, .670320; sum 2.708183.
    let scores = [0.2, 0.6, 0.4, 0.4].map { Tensor($0) }
    let participation = AIMEquations.participation(scores)
    expect(
      participation, [0.3023175, 0.2026494, 0.2475165, 0.2475165], within: 1e-6)
    expect(participation.sum(), [1])
  }

  @Test func depthLossWeighsEveryBlock() {
    let participation = Tensor([0.5, 0.25, 0.125, 0.125])
    let losses = [1.0, 2, 4, 8].map { Tensor($0) }
    expect(AIMEquations.depthLoss(participation, losses), [2.5])
  }

  @Test func discrepancyIsThePopulationDeviationOverTheMean() {
    // 0.2 and 0.6: deviation 0.2, mean 0.4.
    expect(AIMEquations.discrepancy([Tensor(0.2), Tensor(0.6)]), [0.5])
    // 0.1, 0.2, 0.6: mean 0.3, variance (0.04 + 0.01 + 0.09) / 3.
    let three = [0.1, 0.2, 0.6].map { Tensor($0) }
    expect(AIMEquations.discrepancy(three), [(0.14 / 3).squareRoot() / 0.3])
    expect(AIMEquations.discrepancy([Tensor(0.4), Tensor(0.4)]), [0])
  }

  @Test func normalisedWeightsSumToTheNumberOfDepths() {
    let alphas = AIMEquations.normalised([Tensor(0.1), Tensor(0.3)])
    expect(Tensor.stacked(alphas), [0.5, 1.5])
  }

  @Test func equalScoresEverywhereMoveNothing() {
    let alphas = AIMEquations.normalised([Tensor(0.0), Tensor(0.0)])
    expect(Tensor.stacked(alphas), [0, 0])
    expect(AIMEquations.modulationLoss(alphas, [Tensor(3.0), Tensor(5.0)]), [0])
  }

  @Test func modulationLossSumsOverDepths() {
    expect(
      AIMEquations.modulationLoss([Tensor(0.5), Tensor(1.5)], [Tensor(2.0), Tensor(4.0)]), [7])
  }

  @Test func orthogonalityIsTheMatrixOfCosines() {
    let prototypes = Tensor([3.0, 0, 0, 2, 1, 1], shape: [3, 2])
    let half = 0.5.squareRoot()
    expect(
      AIMEquations.orthogonality(prototypes), [1, 0, half, 0, 1, half, half, half, 1])
  }

  @Test func distancesFarFromZeroKeepTheirPrecision() {
    // 3-4-5 triangles around (1000, 1000), in single precision.
    let rows = Tensor([1003 as Float, 1004, 1000, 1000], shape: [2, 2])
    let prototypes = Tensor([1000 as Float, 1000, 1006, 1008], shape: [2, 2])
    expect(
      BlockDistance.euclidean(rows, prototypes), [5, 5, 0, 10], within: 2e-6)
  }

  @Test func theSlopeAtAPrototypeIsFinite() {
    let row = Tensor([1.0, 2.0], shape: [1, 2]).asLeaf()
    let prototypes = Tensor([1.0, 2.0, 4, 6], shape: [2, 2])
    let distance = BlockDistance.euclidean(row, prototypes).sum()
    let slope = gradients(of: [distance], withRespectTo: [row])[0]
    expect(slope ?? row, [-0.6, -0.8])
  }
}
