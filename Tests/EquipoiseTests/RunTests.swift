// SPDX-License-Identifier: Apache-2.0
import Equipoise
import EquipoiseTorch
import Foundation
import Testing

/// A whole run by nothing but what the library gives to everybody.
@Suite struct RunTests {
  /// Joint training whose loss counts twice, with a setting of its own.
  private final class Doubled: ObjectiveDefining {
    struct Configuration: ConfigurationSection {
      var weight = 2.0
    }

    static let name = "doubled"
    static let summary = "joint training with a larger loss"
    static let needs = ModelNeeds()
    static let citation: Citation? = nil
    private let weight: Double

    init(_ configuration: Configuration, for setting: MethodSetting) {
      weight = configuration.weight
    }

    func loss(for forward: Forward, in context: StepContext) -> Tensor {
      forward.logits.crossEntropy(context.batch.labels) * weight
    }
  }

  private final class Counter: TrainingObserver {
    private(set) var epochs = 0
    private(set) var steps = 0

    func observe(_ event: TrainingEvent) {
      switch event {
      case .stepped: steps += 1
      case .finishedEpoch: epochs += 1
      default: break
      }
    }
  }

  private let folder: URL
  private let catalogue = Catalogue.standard.adding(method: Doubled.self)

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(
      path: "equipoise-run-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try RecipeCatalogue.standard.prepare(
      "synthetic", input: nil, output: file("data"),
      sets: ["train=24", "validation=12", "test=12", "size=32"])
  }

  private func file(_ name: String) -> String { folder.appending(path: name).path }

  private func configuration(_ method: String, _ settings: [String] = []) throws
    -> RunConfiguration
  {
    try Run.configuration(
      settings: [
        "data=\(file("data"))", "method.name=\(method)", "training.epochs=2",
        "training.batchSize=8",
        "model.encoders.audio.width=2", "model.encoders.visual.width=2", "runtime.threads=1",
      ] + settings, catalogue: catalogue)
  }

  private func run(_ name: String, _ configuration: RunConfiguration) -> Run {
    Run(configuration, in: file(name), catalogue: catalogue)
  }

  @Test func trainsEvaluatesPredictsAndExports() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let run = run("run", try configuration("doubled", ["method.weight=1.5"]))
    let counter = Counter()
    guard case .finished(let result) = try run.train(observers: [counter]) else {
      Issue.record("the run did not finish")
      return
    }
    #expect(counter.epochs == 2 && counter.steps == 6)
    let scores = try run.evaluate(probing: true)
    #expect(scores.accuracy == result.test?.accuracy)
    #expect(scores.modalities["audio"]?.probe != nil && scores.robustness == nil)
    let disturbed = try run.evaluate(disturbing: true)
    #expect(disturbed.modalities["audio"]?.probe == nil)
    let curves = try #require(disturbed.robustness)
    #expect(Set(curves.missing.keys) == ["audio", "visual"])
    #expect(curves.noise["visual"]?.scores.first == scores.accuracy)
    let predictions = try run.predict(file("data"))
    let right = predictions.count { $0.predicted == $0.label }
    #expect(predictions.count == 12)
    #expect(abs(Double(right) / 12 - scores.accuracy) < 1e-9)
    for prediction in predictions {
      #expect(abs(prediction.probabilities.values.reduce(0, +) - 1) < 1e-5)
      #expect(Set(prediction.modalities.keys) == ["audio", "visual"])
    }
    try run.export(onnx: file("run.onnx"))
    try run.export(encoder: "audio", to: file("audio.safetensors"))
    for name in ["run.onnx", "audio.safetensors"] {
      #expect(FileManager.default.fileExists(atPath: file(name)))
    }
  }

  @Test func aCancelledRunGoesOnWhereItWas() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let settings = try configuration("doubled")
    let whole = run("whole", settings)
    try whole.train()
    let parts = run("parts", settings)
    let counter = Counter()
    let outcome = try parts.train(observers: [counter]) { counter.steps >= 2 }
    guard case .interrupted = outcome else {
      Issue.record("the run was not interrupted")
      return
    }
    #expect(throws: EquipoiseError.self) { try parts.train(continuing: false) }
    // By its folder alone, which knows its configuration.
    try Run(in: file("parts"), catalogue: catalogue).train()
    #expect(
      FileManager.default.contentsEqual(
        atPath: file("whole/weights.safetensors"), andPath: file("parts/weights.safetensors")))
  }

  @Test func whatTheCatalogueLacksIsRefused() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let error = #expect(throws: EquipoiseError.self) {
      try Run.configuration(settings: ["data=d", "method.name=doubled"])
    }
    #expect(error?.what.contains("doubled") == true)
    let wrong = #expect(throws: EquipoiseError.self) {
      try Run.configuration(
        settings: ["data=d", "method.name=doubled", "method.wieght=1"], catalogue: catalogue)
    }
    #expect(wrong?.remedy?.contains("weight") == true)
    #expect(catalogue.runs.methods.names.last == "doubled")
    #expect(Catalogue.standard.runs.methods.names.contains("doubled") == false)
  }
}
