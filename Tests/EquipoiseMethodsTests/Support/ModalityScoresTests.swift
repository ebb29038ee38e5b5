// SPDX-License-Identifier: Apache-2.0
import EquipoiseTestSupport
import EquipoiseTorch
import Testing

@testable import EquipoiseMethods

struct ModalityScoresTests {
  private let labels = Tensor([0, 1, 2])
  private let audio = Tensor([2, 0, 0, 0, 1, 0, 0, 0, 1] as [Double], shape: [3, 3])
  private let visual = Tensor([0.5, 0, 0, 0, 0.5, 0, 1, 0, 0] as [Double], shape: [3, 3])

  /// Scores and ratios of two modalities over three samples.
  @Test func byHand() {
    let scores = ModalityScores.scores([audio, visual], labels: labels)
    expectNumbers(scores, [1.939220, 1.115667])
    expectNumbers(ModalityScores.ratios(scores), [1.738171, 0.575317])
  }

  /// The mean of the ratios to the two others.
  @Test func ofThreeModalities() {
    expectNumbers(
      ModalityScores.ratios(Tensor([3, 2, 1] as [Double])), [2.25, 1.333333, 0.416667])
  }

  @Test func permutingModalitiesPermutesRatios() {
    let ratios = ModalityScores.ratios(Tensor([3, 2, 1] as [Double])).array(of: Double.self)
    let permuted = ModalityScores.ratios(Tensor([1, 3, 2] as [Double])).array(of: Double.self)
    #expect(permuted == [ratios[2], ratios[0], ratios[1]])
  }

  @Test func equalModalitiesAreAtOne() {
    let ratios = ModalityScores.ratios(Tensor([0.7, 0.7, 0.7] as [Double]))
    expectNumbers(ratios, [1, 1, 1])
    #expect(ratios.array(of: Double.self).allSatisfy { $0 <= 1 })
  }

  @Test func scoresThatUnderflowStayFinite() {
    let ratios = ModalityScores.ratios(Tensor([0, 1, 0] as [Double])).array(of: Double.self)
    #expect(ratios.allSatisfy { $0.isFinite })
    #expect(ratios[0] == 0)
  }
}
