// SPDX-License-Identifier: Apache-2.0
import EquipoiseFormats
import EquipoiseRunTestSupport
import EquipoiseTestSupport
import Foundation
import Testing

@testable import EquipoiseData
@testable import EquipoiseModels
@testable import EquipoiseSettings
@testable import EquipoiseTraining

/// A dataset that is prepared again while a run reads it.
struct ReplacedDatasetTests {
  /// Calls `body` after the first step.
  private final class AfterOneStep: TrainingObserver {
    private let body: () -> Void
    private var isDone = false

    init(_ body: @escaping () -> Void) { self.body = body }

    func observe(_ event: TrainingEvent) {
      guard case .stepped = event, !isDone else { return }
      isDone = true
      body()
    }
  }

  @Test func theRunEndsOnTheDataThatItBeganWith() throws {
    let shape = ModalityDescription(kind: .vector, shape: [5], type: .float32)
    let tiny = try TinyRun(["vector": shape])
    tiny.configuration.model.encoders = NamedSections(["vector": .mlp(width: 8)])
    try tiny.train("whole")
    try TinyRun.write(["vector": shape], to: tiny.folder.file("other"), seed: 2)
    let run = try tiny.run("run")
    _ = try run.train(observers: [
      AfterOneStep {
        // As `prepare` replaces a folder: the old one is gone at once.
        rename(tiny.folder.file("data"), tiny.folder.file("old"))
        rename(tiny.folder.file("other"), tiny.folder.file("data"))
        try? FileManager.default.removeItem(atPath: tiny.folder.file("old"))
      }
    ])
    #expect(try tiny.bytes("run/weights.safetensors") == tiny.bytes("whole/weights.safetensors"))
    #expect(try tiny.records("run") == tiny.records("whole"))
    let text = message { _ = try tiny.run("run", resume: .auto) }
    #expect(text?.contains("the dataset is not the one that the run was begun with") == true)
  }
}
