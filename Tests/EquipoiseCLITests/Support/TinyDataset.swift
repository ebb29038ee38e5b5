// SPDX-License-Identifier: Apache-2.0
import Equipoise
import EquipoiseFormats
import Foundation

/// A dataset of a few kilobytes, whose model takes a step in milliseconds.
enum TinyDataset {
  static let classes = ["low", "middle", "high"]

  /// Writes the dataset: `audio`, a vector, and `motion`, a series. Both tell the class, with noise.
  static func write(
    to folder: String, train: Int = 96, test: Int = 24
  ) throws {
    try write("tiny", seed: 5, to: folder, [(.train, train), (.validation, 24), (.test, test)])
  }

  /// The same kind of samples, of different lengths, of which every fourth lacks the one modality and every fourth the
  /// other.
  static func writePartial(to folder: String, train: Int = 24, test: Int = 12) throws {
    try write(
      "partial", seed: 6, to: folder, [(.train, train), (.validation, 12), (.test, test)],
      lengths: ["motion"], absences: ["audio", "motion"]
    ) { index, sample in
      sample.lengths = ["motion": 4 + index * 5 % 13]
      sample.absent = index % 4 == 1 ? ["audio"] : index % 4 == 2 ? ["motion"] : []
    }
  }

  private static func write(
    _ name: String, seed: UInt64, to folder: String, _ splits: [(Split, Int)],
    lengths: Set<String> = [], absences: Set<String> = [],
    _ change: (Int, inout PreparedSample) -> Void = { _, _ in }
  ) throws {
    let writer = try DatasetWriter(
      folder: folder,
      description: DatasetDescription(
        name: name, classes: classes,
        modalities: [
          "audio": ModalityDescription(kind: .vector, shape: [6], type: .float32),
          "motion": ModalityDescription(kind: .sequence, shape: [16, 2], type: .float32),
        ]), lengths: lengths, absences: absences)
    var stream = RandomStream(seed: seed, name)
    for (split, count) in splits {
      for index in 0..<count {
        let label = index % classes.count
        func values(_ count: Int) -> [Float] {
          (0..<count).map { Float(stream.uniform()) * 3 + ($0 % 3 == label ? 1 : 0) }
        }
        let inputs = [
          HostArray(floats: values(6), shape: [6]), HostArray(floats: values(32), shape: [16, 2]),
        ]
        var sample = PreparedSample(inputs: inputs, label: label)
        change(index, &sample)
        try writer.append(sample, to: split)
      }
    }
    try writer.finish()
  }

  /// Flags that make the model small and use every kind of random stream.
  static let model =
    ["--threads", "1", "--batch-size", "8", "--learning-rate", "0.01"] + encoders

  /// The same for commands that have only `--set`.
  static let settings =
    ["--set", "training.batchSize=8", "--set", "training.optimiser.learningRate=0.01"] + encoders

  private static let encoders = [
    "--set", "model.encoders.audio={type: mlp, width: 8, depth: 2, dropout: 0.1}",
    "--set", "model.encoders.motion={type: conv1d, width: 4, depth: 2, dropout: 0.1}",
  ]
}
