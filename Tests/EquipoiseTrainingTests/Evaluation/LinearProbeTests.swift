// SPDX-License-Identifier: Apache-2.0
import EquipoiseTorch
import Foundation
import Testing

@testable import EquipoiseTraining

struct LinearProbeTests {
  /// References/linear_probe.py: columns of other scales, and one that is constant in training.
  @Test func equalsPyTorch() throws {
    let url = Bundle.module.url(forResource: "Goldens/linear_probe", withExtension: "safetensors")
    let file = try TensorFile(path: try #require(url).path)
    let found = LinearProbe.logits(
      training: try file.tensor("training"), labels: try file.tensor("labels"),
      test: try file.tensor("test"), classes: 3
    ).floats()
    let expected = try file.tensor("logits").floats()
    #expect(found.count == expected.count)
    for (a, b) in zip(found, expected) { #expect(abs(a - b) < 5e-4, "\(a), not \(b)") }
  }

  /// The test split is measured with the training split's mean and spread, not with its own.
  @Test func theTestSplitIsStandardisedByTheTrainingSplit() {
    let training = Tensor([90 as Float, 95, 100, 105, 110, 115], shape: [6, 1])
    let labels = Tensor([0, 0, 0, 1, 1, 1])
    let test = Tensor([200 as Float, 220, 240], shape: [3, 1])
    let logits = LinearProbe.logits(training: training, labels: labels, test: test, classes: 2)
    #expect(logits.argmax(1).array(of: Int.self) == [1, 1, 1])
  }

  /// Scale and origin of a feature do not matter.
  @Test func probesDoNotSeeUnits() {
    let generator = Generator(seed: 4)
    let training = Tensor.normal([30, 2], from: generator)
    let test = Tensor.normal([9, 2], from: generator)
    let labels = Tensor((0..<30).map { $0 % 3 })
    let units = Tensor([1000 as Float, 0.25], shape: [1, 2])
    func logits(_ change: (Tensor) -> Tensor) -> [Float] {
      LinearProbe.logits(
        training: change(training), labels: labels, test: change(test), classes: 3
      ).floats()
    }
    for (a, b) in zip(logits { $0 }, logits { $0 * units + 3 }) { #expect(abs(a - b) < 1e-3) }
  }
}
