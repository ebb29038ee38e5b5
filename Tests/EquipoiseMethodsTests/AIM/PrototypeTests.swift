// SPDX-License-Identifier: Apache-2.0
import EquipoiseTorch
import Testing

@testable import EquipoiseMethods
@testable import EquipoiseModels

/// Depth-adaptive prototypes: Eq. 3, Eq. 4 and Eq. 5 by hand, and the comparison spaces.
struct PrototypeTests {
  private func prototypes(
    _ means: [Tensor], _ change: (inout PrototypeConfiguration) -> Void = { _ in }
  ) -> DepthAdaptivePrototypes {
    var settings = PrototypeConfiguration()
    change(&settings)
    return DepthAdaptivePrototypes(
      means: means, starts: means, modalities: ["a", "b"], settings: settings,
      groups: ClassGroup(2, device: .cpu), objective: .crossEntropy)
  }

  @Test func classificationLossIsThatOfClassKForPrototypeK() {
    // Rows (ln3, 0) and (0, ln3): both are right with probability ¾.
    let log3 = 1.0986122886681098
    let logits = Tensor([log3, 0, 0, log3], shape: [2, 2])
    let loss = prototypes([logits, logits]).taskLoss(logits).item()
    #expect(abs(loss - 0.28768207245178085) < 1e-12)
  }

  @Test func reconstructionLossSumsElementsAndAveragesModalitiesAndClasses() {
    let means = [Tensor([0.0, 0, 1, 1], shape: [2, 2]), Tensor([2.0, 4], shape: [2, 1])]
    let moved = [Tensor([1.0, 2, 1, 1], shape: [2, 2]), Tensor([2.0, 1], shape: [2, 1])]
    // (1 + 4 + 0 + 9) / (2 · 2)
    #expect(prototypes(means).reconstructionLoss(moved).item() == 3.5)
    #expect(prototypes(means) { $0.decoder = .identity }.reconstructionLoss(moved).item() == 3.5)
  }

  @Test(arguments: [[2, 3], [2, 5, 3], [2, 3, 4, 4], [2, 6, 3, 4, 4]])
  func decodersAreLinearOverTheChannels(_ shape: [Int]) throws {
    let values = Tensor.normal(shape, dtype: .float64, from: Generator(seed: 1))
    let prototypes = prototypes([values, values])
    // The decoder of 'a' doubles channel 0 and adds 1 to channel 2.
    var state = Dictionary(
      uniqueKeysWithValues: prototypes.state.map { ($0.name, $0.tensor.detached().cloned()) })
    state["decoder.a.weight"] = Tensor([2.0, 0, 0, 0, 1, 0, 0, 0, 1], shape: [3, 3])
    state["decoder.a.bias"] = Tensor([0.0, 0, 1])
    try prototypes.restore(SavedState(state))
    let channel = shape.count < 4 ? shape.count - 1 : shape.count - 3
    let first = values.select(0, dimension: channel)
    let places = Double(first.count)
    // Channel 0 is off by itself, channel 2 by 1; mean over 2 modalities and 2 classes.
    let expected = ((first * first).sum().item() + places) / 4
    let loss = prototypes.reconstructionLoss([values, values]).item()
    #expect(abs(loss - expected) < 1e-9 * expected)
  }

  @Test func theStartIsTheClassMeanWithNoiseOrNoiseAlone() {
    let mean = Tensor.full([2, 500], 5)
    var settings = PrototypeConfiguration()
    let near = DepthAdaptivePrototypes.start([mean], settings: settings, from: Generator(seed: 2))
    settings.start = .random
    let random = DepthAdaptivePrototypes.start(
      [mean], settings: settings, from: Generator(seed: 2))
    func statistics(_ tensor: Tensor) -> (mean: Double, deviation: Double) {
      let flat = tensor.flattened()
      return (
        flat.mean().item(), flat.standardDeviation(over: [0], correction: 0).item()
      )
    }
    #expect(abs(statistics(near[0]).mean - 5) < 0.02)
    #expect(abs(statistics(near[0]).deviation - 0.1) < 0.01)
    #expect(abs(statistics(random[0]).mean) < 0.15)
    #expect(abs(statistics(random[0]).deviation - 1) < 0.1)
  }

  @Test func spacesCompareWhatTheySay() throws {
    let encoder = ResNet(.resNet18, channels: 1, width: 1, from: Generator(seed: 0))
    // Two samples of two frames, one channel, 1 × 2 pixels.
    let output = Tensor([1.0, 3, 5, 7, 0, 0, 0, 2], shape: [4, 1, 1, 2])
    var settings = PrototypeConfiguration()
    settings.distance = .raw
    func vectors() -> Tensor {
      ComparisonSpace(settings, encoder: encoder, samples: 2).vectors(output, samples: 2)
    }
    #expect(vectors().array(of: Double.self) == [1, 3, 5, 7, 0, 0, 0, 2])
    settings.distance = .normalised
    let unit = vectors().array(of: Double.self)
    #expect(abs(unit[0] - 1 / 84.0.squareRoot()) < 1e-12)
    #expect(unit[7] == 1)
    settings.distance = .spatialMean
    #expect(vectors().array(of: Double.self) == [4, 0.5])
  }
}
