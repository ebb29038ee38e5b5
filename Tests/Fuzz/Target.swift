// SPDX-License-Identifier: Apache-2.0
import Equipoise
import EquipoiseFormats
import Foundation
import EquipoiseReport

/// A parser under test.
struct Target: Sendable {
  typealias Bytes = UnsafeBufferPointer<UInt8>

  let name: String
  let parse: @Sendable (Bytes) throws -> Void

  /// A parser of a file with this name.
  private init(_ name: String, file: String, _ parse: @escaping @Sendable (String) throws -> Void) {
    self.name = name
    self.parse = { try parse(Self.scratch.write($0, to: file)) }
  }

  private init(_ name: String, _ parse: @escaping @Sendable (Bytes) throws -> Void) {
    (self.name, self.parse) = (name, parse)
  }

  static let all = arrays + tables + runs + texts

  private static let arrays = [
    Target("npy", file: "a.npy") { _ = try (NPY.info($0), NPY.read($0)) },
    Target("npz", file: "a.npz") { path in
      let archive = try NPZ(path: path, sizeLimit: 1 << 24)
      for name in archive.names { _ = try (archive.info(name), archive.read(name)) }
    },
    // What is checked by sums or packed is only reached in a file that is right around it.
    Target("npz-member") { bytes in
      let path = Archive.zip(Array(bytes)).withUnsafeBufferPointer {
        scratch.write($0, to: "b.npz")
      }
      let archive = try NPZ(path: path, sizeLimit: 1 << 24)
      for name in archive.names { _ = try archive.read(name) }
    },
    Target("idx", file: "a") { _ = try IDX.read($0) },
    Target("wav", file: "a.wav") { _ = try WAV.read($0).mono() },
    Target("safetensors", file: "a.safetensors") { path in
      let file = try SafetensorsFile(path: path)
      for name in file.names { _ = try (file.info(name), file.array(name)) }
      try? Safetensors.verifyChecksum(path)
    },
  ]

  private static let tables = [
    Target("csv", file: "a.csv") { _ = try TableFile.read($0) },
    Target("jsonl", file: "a.jsonl") { _ = try TableFile.read($0) },
  ]

  private static let runs = [
    Target("dataset", file: "dataset.json") { path in
      _ = try DatasetDescription.read(folder: (path as NSString).deletingLastPathComponent)
    },
    Target("checksums", file: Checksums.fileName) { path in
      _ = try Checksums(folder: (path as NSString).deletingLastPathComponent)
    },
    Target("journal", file: "metrics.jsonl") { _ = try MetricsRecord.read($0) },
    Target("environment", file: "environment.json") { path in
      _ = try RunEnvironment.saved(in: RunFolder((path as NSString).deletingLastPathComponent))
    },
    Target("result", file: "result.json") { path in
      _ = try RunScores.result(in: RunFolder((path as NSString).deletingLastPathComponent))
    },
    Target("confusion", file: "confusion.safetensors") { path in
      let run = RunFolder((path as NSString).deletingLastPathComponent)
      for split in [Split.validation, .test] { _ = try ConfusionFile.read(split, in: run) }
    },
    Target("comparison", file: "comparison.json") { path in
      _ = try SavedComparison(in: (path as NSString).deletingLastPathComponent)
    },
    Target("configuration", file: "config.yaml") { path in
      _ = try RunConfiguration.saved(in: RunFolder((path as NSString).deletingLastPathComponent))
    },
    Target("checkpoint") { bytes in
      let folder = scratch.path + "/checkpoints"
      try FileSystem.makeFolder(folder)
      try Safetensors.writeChecksummed(
        to: folder + "/step-0000000001.safetensors",
        tensors: [("weight", HostArray(floats: [1], shape: [1]))],
        metadata: [
          "format": "equipoise-checkpoint-1", "progress": String(decoding: bytes, as: UTF8.self),
        ])
      _ = try CheckpointStore(folder: folder, keep: 2).latest(warn: { _ in })
    },
  ]

  private static let texts = [
    Target("setting") { _ = try ConfigAssignment.parse(set: String(decoding: $0, as: UTF8.self)) },
    Target("request") { _ = HTTPRequest(Array($0)) },
    Target("tokenizer", file: "tokenizer.json") { path in
      let tokenizer = try Tokenizer(path: path)
      _ = try tokenizer.ids(of: "It's 3.14 Ünï ώ\u{301} 字 👍🏽\n  [MASK]\u{0}abab")
      _ = try tokenizer.ids(of: "aaaa bb", atMost: tokenizer.surroundingCount + 2)
    },
  ]

  private static let scratch = Scratch()
}
