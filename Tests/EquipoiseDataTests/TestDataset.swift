// SPDX-License-Identifier: Apache-2.0
import EquipoiseTestSupport
import Foundation

@testable import EquipoiseData
@testable import EquipoiseFormats

/// A dataset folder that a test writes by hand, as another program would.
final class TestDataset {
  let folder: TemporaryFolder
  var path: String { folder.path }

  /// A sound dataset: 6 training and 2 test samples of 2 classes, `audio` float32 [1, 2, 3] and
  /// `visual` uint8 [1, 2, 2].
  init() throws {
    folder = try TemporaryFolder()
    try writeDescription()
    try writeShard("train-00000", Self.tensors(6))
    try writeShard("test-00000", Self.tensors(2))
  }

  static let json = """
    {"format": "equipoise-dataset", "version": 1, "name": "tiny", "classes": ["no", "yes"],
     "modalities": {"audio":  {"kind": "spectrogram", "shape": [1, 2, 3], "dtype": "float32"},
                    "visual": {"kind": "image", "shape": [1, 2, 2], "dtype": "uint8",
                               "mean": [0.5], "std": [0.25]}},
     "splits": {"train": [{"file": "train-00000.safetensors", "count": 6}], "validation": [],
                "test": [{"file": "test-00000.safetensors", "count": 2}]}}
    """

  /// Element i of sample n of audio is n + i/10, of visual 10n + i; the classes alternate.
  static func tensors(_ count: Int) -> [String: HostArray] {
    let audio = (0..<count).flatMap { sample in
      (0..<6).map { Float(sample) + Float($0) / 10 }
    }
    let visual = (0..<count).flatMap { sample in (0..<4).map { UInt8(10 * sample + $0) } }
    return [
      "audio": HostArray(floats: audio, shape: [count, 1, 2, 3]),
      "visual": HostArray(uint8s: visual, shape: [count, 1, 2, 2]),
      "label": HostArray(int64s: (0..<count).map { Int64($0 % 2) }, shape: [count]),
    ]
  }

  /// Writes `dataset.json` with `old` replaced by `new`.
  func writeDescription(replacing old: String = "", by new: String = "") throws {
    let text = old.isEmpty ? Self.json : Self.json.replacingOccurrences(of: old, with: new)
    _ = try folder.write(text, to: "dataset.json")
  }

  /// Writes a file of a split.
  func writeShard(_ name: String, _ tensors: [String: HostArray]) throws {
    try Safetensors.write(
      to: folder.file(name + ".safetensors"), tensors: tensors.sorted { $0.key < $1.key })
  }

  /// Replaces one tensor of the training split; nil leaves it out.
  func replace(_ name: String, by array: HostArray?) throws {
    var tensors = Self.tensors(6)
    tensors[name] = array
    try writeShard("train-00000", tensors)
  }

  /// The message with which opening fails, with the folder's path as "DATA"; nil if it succeeds.
  func failure(modalities: [String]? = nil) -> String? {
    message { _ = try PreparedDataset(folder: path, modalities: modalities) }?
      .replacingOccurrences(of: path, with: "DATA")
  }
}
