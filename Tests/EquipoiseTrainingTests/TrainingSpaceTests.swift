// SPDX-License-Identifier: Apache-2.0
import EquipoiseData
import EquipoiseFormats
import EquipoiseKit
import EquipoiseRunTestSupport
import Foundation
import Testing

@testable import EquipoiseMethods
@testable import EquipoiseModels
@testable import EquipoiseSettings
@testable import EquipoiseTraining

/// Training asks whether the disk has room for what it will write.
struct TrainingSpaceTests {
  /// The estimate is what a finished run occupies, with one more checkpoint; headers of tensors and the
  /// numbers beside them come to a few hundred kilobytes at most.
  @Test(arguments: [
    OptimiserSection.sgd(), .sgd(momentum: 0), OptimiserSection(AdamWConfiguration()),
  ])
  func theEstimateIsWhatARunTakes(_ optimiser: OptimiserSection) throws {
    let tiny = try TinyRun(["vector": .init(kind: .vector, shape: [5], type: .float32)])
    tiny.configuration.model.encoders = NamedSections(["vector": .mlp(width: 512, depth: 4)])
    tiny.configuration.training.epochs = 2
    tiny.configuration.training.optimiser = optimiser
    tiny.configuration.training.optimiser.learningRate = 0.05
    let run = try tiny.run("run")
    let space = TrainingSpace(run.parts)
    _ = try run.train()
    let checkpoints = CheckpointStore(folder: run.folder.checkpoints, keep: 2).files
    #expect(checkpoints.count == 2)
    let written =
      FileSystem.size(of: run.folder.best) + FileSystem.size(of: run.folder.weights)
      + 3 * FileSystem.size(of: checkpoints[0])
    #expect(space.needed <= written && written < space.needed + 256 << 10)
  }

  @Test func aDiskThatIsTooSmallIsRefused() throws {
    let tiny = try TinyRun()
    let space = TrainingSpace(try tiny.run("run").parts)
    #expect(space.refusal(free: space.needed, at: "run") == nil)
    let error = try #require(space.refusal(free: space.needed - 1, at: "run"))
    #expect(
      error.place == "run" && error.remedy?.contains("choose a folder on another disk") == true)
    #expect(
      TrainingSpace(needed: 3_000_000).refusal(free: 2_999_999, at: "run")?.what
        == "the run's checkpoints and weights need 3 MB of disk, of which 2 MB are there")
  }
}
