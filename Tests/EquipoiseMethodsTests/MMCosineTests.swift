// SPDX-License-Identifier: Apache-2.0
import EquipoiseTorch
import Testing

@testable import EquipoiseMethods
@testable import EquipoiseModels

struct MMCosineTests {
  @Test func threeSteps() throws {
    let steps = try MethodSteps(
      "mmcosine", fusion: .cosine(), modalities: ["text", "view", "pose"])
    try steps.check(try MMCosine(MMCosine.Configuration(), for: steps.setting))
  }
}
