// SPDX-License-Identifier: Apache-2.0
import EquipoiseFormats
import EquipoiseMethods
import EquipoiseRunTestSupport
import EquipoiseTestSupport
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
    steps: Int, frames: Int, padding: Float
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
      standardising: ["clip", "pose"], lengths: ["clip", "pose"])
    var stream = RandomStream(seed: 1, "ragged")
    for (split, count) in [(Split.train, 14), (.validation, 6), (.test, 6)] {
      for index in 0..<count {
        let lengths = [
          "clip": 1 + stream.integer(below: 4), "pose": 1 + stream.integer(below: 24),
        ]
        let inputs = modalities.sorted { $0.key < $1.key }.map { name, modality in
          let step = modality.shape.dropFirst().reduce(1, *)
          let valid = (0..<(lengths[name] ?? 0) * step).map { _ in
            Float(stream.normal() + Double(index % 2))
          }
          let rest = [Float](repeating: padding, count: modality.shape.reduce(1, *) - valid.count)
          return HostArray(valid + rest, shape: modality.shape)
        }
        var sample = PreparedSample(inputs: inputs, label: index % 2)
        sample.lengths = lengths
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

  /// Every number of a run's records, by line and name; multiply-adds are those of a sample of the whole shape.
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
      for (name, text) in record where name != "multiplyAddsPerSample" {
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

  @Test func continuesToTheBitWithBuckets() throws {
    let tiny = try Self.tiny(steps: 24, frames: 4, padding: 0)
    tiny.configuration.training.bucketing = 2
    tiny.configuration.training.epochs = 3
    try expectResumption(of: tiny, after: 4)
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
