// SPDX-License-Identifier: Apache-2.0
import EquipoiseFormats
import EquipoiseMethods
import EquipoiseRunTestSupport
import EquipoiseTestSupport
import EquipoiseTorch
import Foundation
import Testing

@testable import EquipoiseData
@testable import EquipoiseKit
@testable import EquipoiseModels
@testable import EquipoiseSettings
@testable import EquipoiseTraining

/// Runs on samples of different lengths.
@Suite struct RaggedRunTests {
  /// Fourteen training samples of a series and a short video, with what the padding holds.
  private static func tiny(
    steps: Int, frames: Int, padding: Float, absent: ((Int) -> Set<String>)? = nil
  ) throws -> TinyRun {
    let modalities = [
      "clip": ModalityDescription(kind: .video, shape: [frames, 1, 5, 5], type: .float32),
      "pose": ModalityDescription(kind: .sequence, shape: [steps, 3], type: .float32),
    ]
    let tiny = try TinyRun(modalities)
    try FileManager.default.removeItem(atPath: tiny.configuration.data)
    let writer = try DatasetWriter(
      folder: tiny.configuration.data,
      description: DatasetDescription(
        name: "tiny", classes: ["left", "right"], modalities: modalities),
      standardising: ["clip", "pose"], lengths: ["clip", "pose"],
      absences: absent == nil ? [] : ["clip", "pose"])
    var stream = RandomStream(seed: 1, "ragged")
    for (split, count) in [(Split.train, 14), (.validation, 6), (.test, 6)] {
      for index in 0..<count {
        let lengths = [
          "clip": 1 + stream.integer(below: 4), "pose": 1 + stream.integer(below: 24),
        ]
        let absent = absent?(index) ?? []
        let inputs = modalities.sorted { $0.key < $1.key }.map { name, modality in
          let step = modality.shape.dropFirst().reduce(1, *)
          let valid = (0..<(lengths[name] ?? 0) * step).map { _ in
            Float(stream.normal() + Double(index % 2))
          }
          let rest = [Float](repeating: padding, count: modality.shape.reduce(1, *) - valid.count)
          let values = absent.contains(name) ? valid.map { _ in padding } : valid
          return HostArray(values + rest, shape: modality.shape)
        }
        var sample = PreparedSample(inputs: inputs, label: index % 2)
        (sample.lengths, sample.absent) = (lengths, absent)
        try writer.append(sample, to: split)
      }
    }
    try writer.finish()
    tiny.configuration.model.encoders = NamedSections([
      "clip": .resnet18(width: 1, smallImageStem: true), "pose": .conv1d(width: 8, depth: 4),
    ])
    (tiny.configuration.training.epochs, tiny.configuration.training.batchSize) = (1, 5)
    tiny.configuration.training.optimiser.learningRate = 0.01
    return tiny
  }

  /// Every number of a run's records, by line and name.
  private static func numbers(_ tiny: TinyRun) throws -> [String: Double] {
    var found: [String: Double] = [:]
    func add(_ value: Any, _ name: String) {
      switch value {
      case let number as NSNumber: found[name] = number.doubleValue
      case let list as [Any]:
        for (place, element) in list.enumerated() { add(element, "\(name).\(place)") }
      case let object as [String: Any]:
        for (key, element) in object { add(element, "\(name).\(key)") }
      default: break
      }
    }
    for (line, record) in try tiny.records("run").enumerated() {
      for (name, text) in record {
        add(
          try JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed),
          "\(line) \(name)")
      }
    }
    return found
  }

  /// Every method, with the first head that it takes: neither how much padding there is nor what is in it changes a
  /// number of the run.
  @Test(arguments: MethodFit.names)
  func paddingChangesNoRun(method: String) throws {
    let heads = FusionSection.all.map { ($0, false) } + [(FusionSection.sum, true)]
    let head = try #require(
      heads.first {
        MethodFit.takes(method, modalities: 2, fusion: $0.0, isCoupled: $0.1)
          || MethodFit.takes(method, modalities: 1, fusion: $0.0, isCoupled: $0.1)
      })
    let isUnimodal = !MethodFit.takes(
      method, modalities: 2, fusion: head.0, isCoupled: head.1)
    let runs = try [(24, 4, Float(0)), (70, 7, Float.nan)].map { steps, frames, padding in
      let tiny = try Self.tiny(steps: steps, frames: frames, padding: padding)
      tiny.configuration.model.fusion = head.0
      tiny.configuration.model.coupling = head.1 ? .mmtm : .uncoupled
      tiny.configuration.method = try MethodFit.eager(method)
      tiny.configuration.evaluation.shapley = method == "joint"
      tiny.configuration.evaluation.test = false
      if isUnimodal {
        tiny.configuration.modalities = ["pose"]
        tiny.configuration.model.encoders["clip"] = nil
      }
      try tiny.train("run")
      return try Self.numbers(tiny)
    }
    #expect(runs[0].count > 10 && runs[0].keys == runs[1].keys)
    // AIM's sums over whole shapes are made in another order.
    let tolerance = method == "aim" ? 2e-3 : 0
    for (name, number) in runs[0] {
      let other = runs[1][name] ?? .nan
      #expect(abs(number - other) <= tolerance * max(1, abs(number)), "\(name)")
    }
  }

  /// In half precision, too: the batches are the same, whatever their padding held.
  @Test func paddingChangesNoRunInHalfPrecision() throws {
    let runs = try [(24, 4, Float(0)), (70, 7, Float.nan)].map { steps, frames, padding in
      let tiny = try Self.tiny(steps: steps, frames: frames, padding: padding)
      tiny.configuration.training.precision = .bf16
      try tiny.train("run")
      return try Self.numbers(tiny)
    }
    #expect(runs[0].count > 10 && runs[0] == runs[1])
    #expect(runs[0].values.allSatisfy { $0.isFinite })
  }

  // MARK: Coupled encoders of samples that lack modalities

  private static func coupled(
    _ method: String, steps: Int = 24, frames: Int = 4, padding: Float = 0,
    absent: ((Int) -> Set<String>)?
  ) throws -> TinyRun {
    let tiny = try tiny(steps: steps, frames: frames, padding: padding, absent: absent)
    (tiny.configuration.model.coupling, tiny.configuration.model.fusion) = (.mmtm, .sum)
    tiny.configuration.method = try MethodFit.eager(method)
    return tiny
  }

  private static func lacking(_ index: Int) -> Set<String> {
    index % 4 == 1 ? ["clip"] : index % 4 == 2 ? ["pose"] : []
  }

  /// Neither what stands in place of an absent modality nor padding changes a number of a run.
  @Test(arguments: ["joint", "greedy"])
  func whatIsAbsentChangesNoCoupledRun(method: String) throws {
    let runs = try [(24, 4, Float(0)), (70, 7, Float.nan)].map { steps, frames, padding in
      let tiny = try Self.coupled(
        method, steps: steps, frames: frames, padding: padding, absent: Self.lacking)
      try tiny.train("run")
      return try Self.numbers(tiny)
    }
    #expect(runs[0].count > 10 && runs[0] == runs[1])
  }

  @Test func fullPresenceOfCoupledEncodersIsAsBefore() throws {
    let runs = try [{ _ in [] }, nil].map { (absent: ((Int) -> Set<String>)?) in
      let tiny = try Self.coupled("joint", absent: absent)
      try tiny.train("run")
      return tiny
    }
    #expect(
      try runs[0].bytes("run/weights.safetensors") == runs[1].bytes("run/weights.safetensors"))
    #expect(try runs[0].records("run") == runs[1].records("run"))
  }

  @Test func coupledRunsWithoutModalitiesResume() throws {
    let tiny = try Self.coupled("greedy", absent: Self.lacking)
    tiny.configuration.training.epochs = 3
    try expectResumption(of: tiny, after: 4)
  }

  @Test func continuesToTheBitWithBuckets() throws {
    let tiny = try Self.tiny(steps: 24, frames: 4, padding: 0)
    tiny.configuration.training.bucketing = 2
    tiny.configuration.training.epochs = 3
    try expectResumption(of: tiny, after: 4)
  }

  /// Where training sorts by length, evaluation does, too: with less padding, and the same scores of the same samples.
  @Test func evaluationSortsByLengthAsTrainingDoes() throws {
    let tiny = try Self.tiny(steps: 24, frames: 4, padding: 0, absent: Self.lacking)
    tiny.configuration.evaluation.batchSize = 2
    tiny.configuration.evaluation.robustness = true
    let plain = try tiny.run("plain").parts
    tiny.configuration.training.bucketing = 2
    let sorted = try tiny.run("sorted").parts
    func visited(_ parts: RunParts) throws -> (samples: [Int], steps: Int) {
      var (samples, steps) = ([Int](), 0)
      try parts.data.forEachBatch(of: .test, byLength: true) { batch in
        samples += batch.indices
        steps += batch.inputs.reduce(0) { $0 + $1.size(0) * $1.size(1) }
      }
      return (samples, steps)
    }
    let (before, after) = (try visited(plain), try visited(sorted))
    #expect(before.samples == Array(0..<6))
    #expect(after.samples != before.samples && after.samples.sorted() == before.samples)
    #expect(after.steps < before.steps)
    let reports = try [plain, sorted].map { try $0.evaluate(.test, disturbing: true) }
    #expect(reports[0].confusion == reports[1].confusion)
    #expect(abs(reports[0].loss - reports[1].loss) < 1e-6)
    #expect(reports[0].patterns.mapValues(\.samples) == reports[1].patterns.mapValues(\.samples))
    #expect(reports[0].shapley?.values == reports[1].shapley?.values)
    #expect(reports[0].robustness == reports[1].robustness)
    func own(_ report: EvaluationReport) -> [String: [Double?]] {
      report.modalities.mapValues { [$0.slice, $0.sliceMacroF1, $0.zeroOut, $0.zeroOutMacroF1] }
    }
    #expect(own(reports[0]) == own(reports[1]))
  }

  @Test func bucketsWithoutLengthsAreRefused() throws {
    let tiny = try TinyRun()
    tiny.configuration.training.bucketing = 2
    #expect(
      message { try tiny.train("run") }
        == "training.bucketing: batches are sorted by length, and no modality of the dataset has lengths; "
        + "leave it out")
  }
}
