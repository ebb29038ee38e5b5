// SPDX-License-Identifier: Apache-2.0
import EquipoiseFormats
import EquipoiseRunTestSupport
import EquipoiseTestSupport
import Foundation
import Testing

@testable import EquipoiseData
@testable import EquipoiseKit
@testable import EquipoiseMethods
@testable import EquipoiseTraining

/// What a run cannot be made of.
struct RunPartsTests {
  @Test func manyModalitiesHaveTooManySets() throws {
    let names = (0..<13).map { "m\($0)" }
    let tiny = try TinyRun(
      Dictionary(
        uniqueKeysWithValues: names.map {
          ($0, ModalityDescription(kind: .vector, shape: [2], type: .float32))
        }))
    #expect(
      message { _ = try RunParts(tiny.configuration) }
        == "evaluation.shapley: the Shapley imbalance needs the accuracy of every set of modalities, and "
        + "13 have too many; set evaluation.shapley=false, or name at most 12 in 'modalities'")
    tiny.configuration.evaluation.shapley = false
    _ = try RunParts(tiny.configuration)
    tiny.configuration.method = MethodSection(AGM.self)
    #expect(
      message { _ = try RunParts(tiny.configuration) }
        == "method.name: AGM runs the network on every set of modalities, and 13 have too many; name at "
        + "most 12 in 'modalities'")
  }

  @Test func noBatchIsLeft() throws {
    let tiny = try TinyRun()
    tiny.configuration.training.batchSize = 15
    tiny.configuration.training.dropLast = true
    #expect(
      message { _ = try RunParts(tiny.configuration) }
        == "training.dropLast: the 14 training samples do not fill a batch of 15, and smaller batches "
        + "are left out; choose a smaller training.batchSize or set training.dropLast=false")
  }

  /// A shard that loses bytes in place after it was opened.
  @Test func aShardThatIsShortened() throws {
    let tiny = try TinyRun()
    let parts = try RunParts(tiny.configuration)
    let shard = tiny.folder.file("data/train-00000.safetensors")
    let size = try Data(contentsOf: URL(fileURLWithPath: shard)).count
    truncate(shard, size - 1)
    #expect(
      message { _ = try parts.data.trainingBatches(epoch: 0, from: 0).next() }
        == "\(shard): another program shortened the file while it was being read; restore it and start "
        + "again")
  }
}
