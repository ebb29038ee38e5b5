// SPDX-License-Identifier: Apache-2.0
import Equipoise
import Foundation
import Testing

/// Runs of several labels and of numbers, from a table and arrays, by nothing but what the library gives to everybody.
@Suite struct TaskRunTests {
  /// A folder with a numpy array for each modality and a table, 60 samples.
  private struct Source {
    let path: String

    init() throws {
      path =
        FileManager.default.temporaryDirectory.appending(
          path: "equipoise-tasks-\(UUID().uuidString)"
        ).path
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      var numbers = SystemIndependentNumbers()
      let hidden = (0..<60).map { _ in numbers.next() }
      let sound = hidden.map { value in (0..<4).map { _ in value + 0.3 * numbers.next() } }
      let motion = hidden.map { value in (0..<3).map { _ in value * value + 0.3 * numbers.next() } }
      try Self.write(sound, to: path + "/sound.npy")
      try Self.write(motion, to: path + "/motion.npy")
      let lines = hidden.enumerated().map { row, value in
        let labels = [("high", value > 0.2), ("low", value < -0.2), ("far", abs(value) > 0.5)]
        let names = labels.filter(\.1).map(\.0).joined(separator: "|")
        let split = row < 40 ? "train" : row < 50 ? "val" : "test"
        let rare = row % 8 == 0 ? value + 2 : 0
        return "\(value),\(1000 * value + 7),\(rare),\(names),\(split)"
      }
      let text = (["score,large,rare,label,split"] + lines).joined(separator: "\n") + "\n"
      try Data(text.utf8).write(to: URL(fileURLWithPath: path + "/meta.csv"))
    }

    func prepare(_ name: String, _ settings: [String]) throws -> String {
      try RecipeCatalogue.standard.prepare(
        "arrays", input: path, output: path + "/" + name, sets: settings)
      return path + "/" + name
    }

    /// A float32 array in numpy's format, version 1.
    private static func write(_ rows: [[Double]], to path: String) throws {
      let shape = "(\(rows.count), \(rows[0].count))"
      var header = "{'descr': '<f4', 'fortran_order': False, 'shape': \(shape), }"
      header += String(repeating: " ", count: 117 - header.utf8.count) + "\n"
      var data = Data([0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0]) + Data(header.utf8)
      for number in rows.joined() {
        withUnsafeBytes(of: Float(number).bitPattern.littleEndian) { data.append(contentsOf: $0) }
      }
      try data.write(to: URL(fileURLWithPath: path))
    }
  }

  /// Numbers from −1 to 1 that are the same everywhere.
  private struct SystemIndependentNumbers {
    private var state: UInt64 = 1

    mutating func next() -> Double {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double(state >> 33) / Double(1 << 30) - 1
    }
  }

  private let source: Source
  private let labels: String
  private let numbers: String

  init() throws {
    source = try Source()
    labels = try source.prepare("labels", ["task=multilabel"])
    numbers = try source.prepare("numbers", ["task=regression", "targets=[score]"])
  }

  private func run(_ name: String, _ data: String, _ settings: [String] = []) throws -> Run {
    let base = [
      "data=\(data)", "training.epochs=2", "training.batchSize=16", "runtime.threads=1",
      "training.optimiser.learningRate=0.01", "model.encoders.sound.width=8",
      "model.encoders.motion.width=8",
    ]
    return Run(try Run.configuration(settings: base + settings), in: source.path + "/" + name)
  }

  private func removeFiles() { try? FileManager.default.removeItem(atPath: source.path) }

  /// Each method trains, and goes on after a stop to the same bytes, or refuses with the reason that it states.
  @Test(arguments: MethodCatalogue.standard.names)
  func everyMethodTrainsOrSaysWhyNot(name: String) throws {
    defer { removeFiles() }
    let method = try #require(MethodCatalogue.standard.methods.first { $0.name == name })
    for (task, data) in [(LearningTask.multilabel, labels), (.regression, numbers)] {
      var settings = ["method.name=\(name)"] + method.needs.settings
      if method.needs.modalities.upperBound == 1 {
        settings.append("modalities=[sound]")
      }
      let whole = try run("\(task)-whole", data, settings)
      if let reason = method.needs.tasks[task]?.refusal {
        let error = #expect(throws: EquipoiseError.self) { try whole.train() }
        #expect(error?.what.contains(reason) == true, "\(error?.what ?? "")")
        continue
      }
      guard case .finished(let result) = try whole.train() else {
        Issue.record("the run did not finish")
        return
      }
      #expect(result.test?.task == task)
      #expect(result.selectedBy == (task == .regression ? "mae" : "meanAveragePrecision"))
      #expect(result.test?.loss.isFinite == true)
      let stopped = try run("\(task)-parts", data, settings)
      var asked = 0
      try stopped.train {
        asked += 1
        return asked == 2
      }
      try Run(in: stopped.folder.path).train()
      #expect(
        FileManager.default.contentsEqual(
          atPath: whole.folder.path + "/weights.safetensors",
          andPath: stopped.folder.path + "/weights.safetensors"), "\(name), \(task)")
    }
  }

  /// What `predict` says is what `evaluate` scores.
  @Test func errorsAreThoseOfThePredictions() throws {
    defer { removeFiles() }
    let run = try run("run", numbers, ["method.name=joint"])
    try run.train()
    let report = try run.evaluate(probing: true)
    let predictions = try run.predict(numbers)
    #expect(predictions.count == 10)
    let errors = try predictions.map { prediction in
      let truth = try #require(prediction.label.flatMap(Double.init))
      return abs(truth - (try #require(Double(prediction.predicted))))
    }
    let mae = try #require(Score(rawValue: "mae"))
    // Both are single-precision numbers near 1, rounded a few times.
    #expect(
      abs(errors.reduce(0, +) / 10 - (try #require(report[mae]))) < 1e-6,
      "\(report[mae] ?? .nan)")
    #expect(report.confusion == nil && report.perOutput.count == 1)
    #expect(report.modalities["sound"]?.probe ?? 0 > 0.8)
    // A constant says nothing: Pearson's correlation of no modality at all is 0.
    #expect(report.shapley?.accuracies["none"] == 0)
  }

  /// Outputs are standardised, so that a target in another unit makes another unit of errors and nothing else.
  @Test func theUnitOfATargetChangesNothing() throws {
    defer { removeFiles() }
    let large = try source.prepare("large", ["task=regression", "targets=[large]"])
    let (small, other) = (
      try run("small", numbers, ["method.name=ogm"]), try run("other", large, ["method.name=ogm"])
    )
    try small.train()
    try other.train()
    let (first, second) = (try small.evaluate(), try other.evaluate())
    let (mae, pearson) = (
      try #require(Score(rawValue: "mae")), try #require(Score(rawValue: "pearson"))
    )
    // Targets are stored in single precision: at 1000 y + 7 with 24 bits, y itself otherwise.
    #expect(abs((second[mae] ?? 0) / 1000 - (first[mae] ?? 1)) < 1e-4)
    #expect(abs((second[pearson] ?? 0) - (first[pearson] ?? 1)) < 1e-4)
  }

  /// Of 40 numbers 35 are 0, and the other five are above: two bins.
  @Test func whatAMethodHasToSayIsSaid() throws {
    final class Listener: TrainingObserver {
      var warnings: [String] = []
      func observe(_ event: TrainingEvent) {
        if case .warned(let text) = event { warnings.append(text) }
      }
    }
    defer { removeFiles() }
    let rare = try source.prepare("rare", ["task=regression", "targets=[rare]"])
    let listener = Listener()
    try run("run", rare, ["method.name=aim", "method.regression.bins=3", "training.epochs=2"])
      .train(observers: [listener])
    #expect(
      listener.warnings == [
        "target 'rare' has 6 different values, but so often the same that AIM has 2 bins of it"
      ])
  }

  @Test func labelsArePredictedByName() throws {
    defer { removeFiles() }
    let run = try run("run", labels, ["method.name=unimodal-losses", "training.epochs=20"])
    try run.train()
    let predictions = try run.predict(labels)
    #expect(predictions.contains { $0.label == "far|high" || $0.label == "far|low" })
    for prediction in predictions {
      let likely = prediction.probabilities.filter { $0.value > 0.5 }.map(\.key).sorted()
      #expect(prediction.predicted == likely.joined(separator: "|"))
    }
    let report = try run.evaluate()
    #expect(report.perOutput.count == 3)
    #expect(try #require(report[.macroF1]) > 0.5)
  }

  /// 30 of one class and 10 of another are not told, 36 and 4 are, unless something is set against it.
  @Test func unequalClassesAreTold() throws {
    defer { removeFiles() }
    final class Listener: TrainingObserver {
      private(set) var warnings: [String] = []
      func observe(_ event: TrainingEvent) {
        if case .warned(let text) = event { warnings.append(text) }
      }
    }
    func warnings(_ few: Int, _ settings: [String] = []) throws -> [String] {
      let lines = (0..<60).map { row in
        "\(row % 40 < few ? "few" : "many"),\(row < 40 ? "train" : row < 50 ? "val" : "test")"
      }
      try Data((["label,split"] + lines).joined(separator: "\n").utf8).write(
        to: URL(fileURLWithPath: source.path + "/meta.csv"))
      let name = "unequal-\(few)-\(settings.count)"
      let run = try run(name + "-run", try source.prepare(name, []), settings)
      let listener = Listener()
      try run.train(observers: [listener])
      return listener.warnings
    }
    #expect(try warnings(10) == [])
    let told = try warnings(4)
    #expect(
      told.count == 1
        && told[0].hasPrefix(
          "the classes are unequal: of 40 training samples 36 are 'many' and 4 'few'; "),
      "\(told)")
    #expect(try warnings(4, ["training.sampling=balanced"]) == [])
  }

  @Test func whatDoesNotFitTheTaskIsRefusedFirst() throws {
    defer { removeFiles() }
    func refusal(_ data: String, _ settings: [String]) throws -> String {
      let run = try run("refused", data, settings)
      let error = #expect(throws: EquipoiseError.self) { try run.train() }
      #expect(!FileManager.default.fileExists(atPath: run.folder.path))
      return error.map { "\($0)" } ?? ""
    }
    #expect(
      try refusal(numbers, ["training.loss.type=bce"]).contains("the loss 'bce' is for multilabel"))
    #expect(
      try refusal(labels, ["training.loss.type=bce", "training.loss.positiveWeights=[1, 2]"])
        .contains("2 weights are given for 3: far, high, low"))
    #expect(
      try refusal(numbers, ["training.sampling=balanced"])
        .contains("balanced sampling needs one class a sample"))
    #expect(
      try refusal(numbers, ["evaluation.selectBy=accuracy"])
        .contains("regression has no score 'accuracy'"))
    #expect(
      try refusal(numbers, ["method.name=gradient-blending", "method.measure=error"])
        .contains("set method.measure=loss"))
  }
}
