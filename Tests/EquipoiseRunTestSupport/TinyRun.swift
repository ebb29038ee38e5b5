// SPDX-License-Identifier: Apache-2.0
package import EquipoiseData
import EquipoiseFormats
import EquipoiseKit
import EquipoiseMethods
package import EquipoiseModels
import EquipoiseSettings
package import EquipoiseTestSupport
package import EquipoiseTraining
package import Foundation
package import Testing

/// A dataset of 14 training samples and a configuration that trains on it in milliseconds, with
/// everything that has state: dropout, momentum, augmentation, batch statistics.
package final class TinyRun {
  package let folder: TemporaryFolder
  package var configuration = RunConfiguration()

  /// Two modalities with encoders and augmentation.
  package convenience init() throws {
    try self.init([
      "image": ModalityDescription(kind: .image, shape: [1, 8, 8], type: .float32),
      "vector": ModalityDescription(kind: .vector, shape: [5], type: .float32),
    ])
    configuration.model.encoders = NamedSections([
      "image": .resnet18(width: 2, smallImageStem: true), "vector": Self.vector(),
    ])
    var augmentation = AugmentationConfiguration()
    augmentation.crop = 2
    augmentation.flip = true
    configuration.augmentation = NamedSections(["image": augmentation])
  }

  /// The encoder of the vectors, in other sizes.
  package static func vector(width: Int = 8, depth: Int? = nil) -> EncoderSection {
    .mlp(width: width, depth: depth, dropout: 0.3)
  }

  /// Any modalities, whose encoders are still to be set.
  package init(_ modalities: [String: ModalityDescription]) throws {
    folder = try TemporaryFolder()
    try Self.write(modalities, to: folder.file("data"))
    configuration.data = folder.file("data")
    configuration.training.epochs = 3
    configuration.training.batchSize = 4
    configuration.training.optimiser.learningRate = 0.05
    configuration.runtime.device = "cpu"
    configuration.runtime.threads = 1
    configuration.runtime.loaders = 1
  }

  /// A run in a folder of its own.
  package func run(_ name: String, resume: ResumePolicy = .never, warn: (String) -> Void = { _ in })
    throws
    -> TrainingRun
  {
    try TrainingRun(configuration, in: RunFolder(folder.file(name)), resume: resume, warn: warn)
  }

  /// Trains a run to its end or limit.
  @discardableResult
  package func train(_ name: String, resume: ResumePolicy = .never, maxSteps: Int? = nil) throws
    -> TrainingOutcome
  {
    configuration.runtime.maxSteps = maxSteps
    return try run(name, resume: resume).train()
  }

  package func bytes(_ path: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: folder.file(path)))
  }

  /// The run's records without what a clock has written.
  package func records(_ name: String) throws -> [[String: String]] {
    let text = String(decoding: try bytes(name + "/metrics.jsonl"), as: UTF8.self)
    return try text.split(separator: "\n").map { line in
      let object = try JSONSerialization.jsonObject(with: Data(line.utf8))
      var record = object as? [String: Any] ?? [:]
      record["seconds"] = nil
      record["dataWait"] = nil
      return try record.mapValues {
        let data = try JSONSerialization.data(
          withJSONObject: $0, options: [.sortedKeys, .fragmentsAllowed])
        return String(decoding: data, as: UTF8.self)
      }
    }
  }

  /// Writes a dataset; another seed gives other numbers.
  package static func write(
    _ modalities: [String: ModalityDescription], to folder: String, seed: UInt64 = 1
  ) throws {
    let description = DatasetDescription(
      name: "tiny", classes: ["left", "right"], modalities: modalities)
    let parts = modalities.sorted { $0.key < $1.key }.map(\.value)
    let texts = Set(modalities.filter { $0.value.kind == .text }.keys)
    let writer = try DatasetWriter(folder: folder, description: description, lengths: texts)
    var stream = RandomStream(seed: seed, "tiny")
    for (split, count) in [(Split.train, 14), (.validation, 6), (.test, 6)] {
      for index in 0..<count {
        let label = index % 2
        let shift = label == 0 ? -0.5 : 0.5
        let inputs = parts.map { part in
          let shape = part.shape
          if let tokens = part.tokens { return text(tokens, shape[0], label, &stream) }
          let values = (0..<shape.reduce(1, *)).map { _ in Float(stream.normal() + shift) }
          return HostArray(values, shape: shape)
        }
        var sample = PreparedSample(inputs: inputs, label: label)
        for text in texts.sorted() {
          sample.lengths[text] = 1 + stream.integer(below: modalities[text]?.shape[0] ?? 1)
        }
        try writer.append(sample, to: split)
      }
    }
    _ = try writer.finish()
  }

  /// Tokens of the lower or the upper half of the vocabulary, most of them by the class.
  private static func text(
    _ tokens: TokenDescription, _ length: Int, _ label: Int, _ stream: inout RandomStream
  ) -> HostArray {
    let half = tokens.vocabulary / 2
    let ids = (0..<length).map { _ in
      let isOwn = stream.happens(withProbability: 0.8)
      return Int32(stream.integer(below: half) + ((label == 1) == isOwn ? half : 0))
    }
    return HostArray(ids, shape: [length])
  }
}

/// Expects a run that stops after some steps and continues to have the bits of the unbroken run: last and
/// best weights, and every record.
package func expectResumption(
  of tiny: TinyRun, after step: Int, sourceLocation: SourceLocation = #_sourceLocation
) throws {
  try tiny.train("whole")
  try tiny.train("broken", maxSteps: step)
  try tiny.train("broken", resume: .auto)
  for file in ["weights.safetensors", "best.safetensors"] {
    #expect(
      try tiny.bytes("broken/" + file) == tiny.bytes("whole/" + file), "\(file)",
      sourceLocation: sourceLocation)
  }
  #expect(
    try tiny.records("broken") == tiny.records("whole"), sourceLocation: sourceLocation)
}
