// SPDX-License-Identifier: Apache-2.0
import EquipoiseKit
import EquipoiseTorch
import Foundation
import Testing

@testable import EquipoiseTraining

/// What a checkpoint holds comes back.
struct CheckpointStoreTests {
  /// A method's number that is not finite in the middle of an epoch ended the run with an encoding error.
  @Test(arguments: [Double.infinity, -.infinity, .nan])
  func numbersThatAreNotFinite(number: Double) throws {
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "equipoise-store-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let store = CheckpointStore(folder: folder.path, keep: 2)
    var progress = TrainingProgress()
    progress.running.telemetry[.telemetry("rho")] = TelemetrySum(sum: number, steps: 3)
    try store.save(Checkpoint(progress: progress, tensors: [("x", Tensor([1.0]))]))
    let found = try #require(try store.latest(warn: { _ in }))
    let sum = try #require(found.progress.running.telemetry[.telemetry("rho")])
    #expect(sum.sum.bitPattern == number.bitPattern || sum.sum.isNaN && number.isNaN)
    #expect(sum.steps == 3)
  }
}
