// SPDX-License-Identifier: Apache-2.0
import EquipoiseMetrics
import EquipoiseData
import EquipoiseFormats
import EquipoiseKit
import EquipoiseModels
import EquipoiseRunTestSupport
import EquipoiseSettings
import EquipoiseTestSupport
import EquipoiseTorch
import Foundation
import Testing

@testable import EquipoiseMethods
@testable import EquipoiseTraining

/// Whole runs on samples that lack modalities.
struct MissingModalityRunTests {
  private static let shapes = ["a": [5], "b": [4]]
  private static let modalities = shapes.mapValues {
    ModalityDescription(kind: .vector, shape: $0, type: .float32)
  }

  /// What a sample lacks: every fourth the second modality, every fourth the first.
  private static func lacking(_ index: Int) -> Set<String> {
    index % 4 == 1 ? ["b"] : index % 4 == 2 ? ["a"] : []
  }

  /// A dataset whose samples lack what `absent` says; in place of that stands `filling`. Without `tells` the files do not
  /// say what is present.
  private static func write(
    to folder: String, filling: Float = 0, tells: Bool = true,
    absent: (Int) -> Set<String> = lacking
  ) throws {
    let description = DatasetDescription(
      name: "tiny", classes: ["left", "right"], modalities: modalities)
    let writer = try DatasetWriter(
      folder: folder, description: description, absences: tells ? ["a", "b"] : [])
    var stream = RandomStream(seed: 1, "missing")
    for (split, count) in [(Split.train, 22), (.validation, 12), (.test, 12)] {
      for index in 0..<count {
        let absent = absent(index)
        let inputs = shapes.sorted { $0.key < $1.key }.map { name, shape in
          let values = (0..<shape[0]).map { _ in
            Float(stream.normal() + (index / 4 % 2 == 0 ? -0.7 : 0.7))
          }
          return HostArray(
            absent.contains(name) ? values.map { _ in filling } : values, shape: shape)
        }
        var sample = PreparedSample(inputs: inputs, label: index / 4 % 2)
        sample.absent = absent
        try writer.append(sample, to: split)
      }
    }
    _ = try writer.finish()
  }

  private static func tiny(
    _ method: String = "joint", filling: Float = 0, tells: Bool = true,
    absent: (Int) -> Set<String> = lacking, _ settings: [String] = []
  ) throws -> TinyRun {
    let tiny = try TinyRun(modalities)
    try FileManager.default.removeItem(atPath: tiny.folder.file("data"))
    try write(to: tiny.folder.file("data"), filling: filling, tells: tells, absent: absent)
    let type = try #require(MethodCatalogue.standard.methods.first { $0.name == method })
    let base = [
      "data=\(tiny.folder.file("data"))", "method.name=\(method)", "training.epochs=3",
      "training.batchSize=5", "training.optimiser.learningRate=0.05", "runtime.device=cpu",
      "runtime.threads=1", "model.encoders.a.type=mlp", "model.encoders.a.width=6",
      "model.encoders.a.depth=2", "model.encoders.a.dropout=0.2", "model.encoders.b.type=mlp",
      "model.encoders.b.width=6", "model.encoders.b.depth=2",
    ]
    let one = type.needs.modalities.upperBound == 1 ? ["modalities=[a]"] : []
    tiny.configuration = try RunConfiguration.resolve(
      sets: base + type.needs.settings + one + settings, catalogue: .inUse
    ).configuration
    return tiny
  }

  /// Each method trains, and goes on after a stop inside an epoch to the same bytes.
  @Test(arguments: MethodCatalogue.standard.names)
  func everyMethodTrainsAndResumes(name: String) throws {
    try expectResumption(of: try Self.tiny(name), after: 6)
  }

  /// So it does where modalities are left out by chance.
  @Test(arguments: ["joint", "aim", "opm"])
  func droppedModalitiesResume(name: String) throws {
    try expectResumption(
      of: try Self.tiny(
        name, absent: { _ in [] },
        ["augmentation.a.modalityDropout=0.4", "augmentation.b.modalityDropout=0.3"]), after: 6)
  }

  /// Numbers that files hold of absent modalities are not read: not even NaN is noticed.
  @Test(arguments: ["joint", "aim", "late-fusion"])
  func absentValuesChangeNothing(name: String) throws {
    let runs = try [0, Float.nan].map { filling in
      let tiny = try Self.tiny(name, filling: filling)
      try tiny.train("run")
      return tiny
    }
    #expect(
      try runs[0].bytes("run/weights.safetensors") == runs[1].bytes("run/weights.safetensors"))
    #expect(try runs[0].records("run") == runs[1].records("run"))
  }

  /// Files that say that everything is present train to the bits of files that say nothing.
  @Test(arguments: MethodCatalogue.standard.names)
  func fullPresenceIsAsBefore(name: String) throws {
    let runs = try [true, false].map { tells in
      let tiny = try Self.tiny(name, tells: tells, absent: { _ in [] })
      try tiny.train("run")
      return tiny
    }
    #expect(
      try runs[0].bytes("run/weights.safetensors") == runs[1].bytes("run/weights.safetensors"))
    #expect(try runs[0].records("run") == runs[1].records("run"))
  }

  /// A learned vector is saved with the weights and continues.
  @Test func aLearnedVectorIsTrained() throws {
    let tiny = try Self.tiny(
      "joint", ["model.missing=embedding", "model.fusion.type=film"])
    try expectResumption(of: tiny, after: 6)
    let file = try TensorFile(path: tiny.folder.file("whole/weights.safetensors"))
    let vector = try file.tensor("missing.a.embedding")
    #expect(vector.shape == [6] && vector.floats().contains { $0 != 0 })
  }

  /// What is dropped follows from seed, epoch and sample alone.
  @Test func droppingDoesNotDependOnLoaders() throws {
    let runs = try [0, 3].map { loaders in
      let tiny = try Self.tiny(
        "joint", absent: { _ in [] },
        ["augmentation.a.modalityDropout=0.6", "runtime.loaders=\(loaders)"])
      try tiny.train("run")
      return tiny
    }
    let weights = try runs.map { try $0.bytes("run/weights.safetensors") }
    #expect(weights[0] == weights[1])
    let plain = try Self.tiny("joint", absent: { _ in [] })
    try plain.train("run")
    #expect(try plain.bytes("run/weights.safetensors") != weights[0])
  }

  /// Each set of modalities that occurs is scored, and each modality on the samples that have it.
  @Test func evaluationByPattern() throws {
    let tiny = try Self.tiny("unimodal-losses", ["evaluation.probe=true"])
    guard case .finished(let result) = try tiny.train("run") else {
      Issue.record("the run did not finish")
      return
    }
    let test = try #require(result.test)
    #expect(test.patterns.mapValues(\.samples) == ["a": 3, "b": 3, "a+b": 6])
    // The scores of the parts, weighted by their samples, are those of the whole.
    let whole = test.patterns.values.reduce(0) {
      $0 + Double($1.samples) * ($1[.accuracy] ?? .nan)
    }
    #expect(abs(whole / 12 - test.accuracy) < 1e-12)
    #expect(test.modalities["a"]?.samples == 9 && test.modalities["b"]?.samples == 9)
    #expect(test.modalities["a"]?.probe != nil)
    let parts = try RunParts.trained(in: RunFolder(tiny.folder.file("run")))
    // The slice of `a` on its own nine samples, by hand.
    var (right, seen) = (0, 0)
    try parts.data.forEachBatch(of: .test) { batch in
      let answer = try parts.inference.answer(to: batch.ragged)
      let slices = try #require(parts.inference.slices(of: answer.features))
      let rows = try #require(batch.present[0]?.rows ?? Array(0..<batch.count))
      let classes = slices[0].argmax(1).array(of: Int.self)
      let labels = batch.labels.array(of: Int.self)
      right += rows.count { classes[$0] == labels[$0] }
      seen += rows.count
    }
    #expect(seen == 9)
    #expect(abs(Double(right) / 9 - (test.modalities["a"]?.slice ?? .nan)) < 1e-12)
    // As JSON and back.
    let copy = try JSONDecoder().decode(
      EvaluationReport.self, from: try JSONEncoder().encode(test))
    #expect(copy.patterns == test.patterns)
    let metrics = test.metrics(on: .test)
    let names = metrics.map(\.name).filter { $0.what.hasPrefix("patterns.") }
    #expect(names.contains(MetricName(.test, "patterns.accuracy", modality: "a+b")))
    #expect(names.allSatisfy { MetricName(keys: $0.keys) == $0 })
  }

  /// Of one modality samples without it are left out, and that is said.
  @Test func unimodalTrainingLeavesSamplesOut() throws {
    let tiny = try Self.tiny("unimodal")
    var said: [String] = []
    let run = try tiny.run("run", warn: { said.append($0) })
    #expect(run.parts.data.splits[.train]?.count == 17)
    #expect(
      said.contains(
        "5 samples of split 'train' have none of the modalities in use and are left out"), "\(said)"
    )
    #expect(run.parts.data.lacksModalities == false)
  }

  @Test func whatIsMissingIsSaid() throws {
    var said: [String] = []
    _ = try Self.tiny("joint").run("run", warn: { said.append($0) })
    #expect(said.contains("5 training samples of 22 lack 'a'"), "\(said)")
    #expect(said.contains("6 training samples of 22 lack 'b'"), "\(said)")
  }

  @Test func whatCannotDoWithoutIsRefusedFirst() throws {
    func refusal(_ tiny: TinyRun) -> String {
      let error = #expect(throws: EquipoiseError.self) { _ = try tiny.run("run") }
      return error?.description ?? ""
    }
    #expect(
      refusal(try Self.tiny("joint", ["model.fusion.type=film"]))
        .contains("which the model's fusion (FiLM"))
    #expect(
      refusal(
        try Self.tiny(
          "joint", absent: { _ in [] },
          ["model.fusion.type=gated", "augmentation.a.modalityDropout=0.1"])
      ).contains("set model.missing=embedding"))
    #expect(
      refusal(try Self.tiny("joint", absent: { _ in ["b"] }))
        .contains("no training sample has modality 'b'"))
    #expect(
      throws: EquipoiseError.self, "1 would leave nothing",
      performing: { _ = try Self.tiny("joint", ["augmentation.a.modalityDropout=1"]) })
  }
}
