// SPDX-License-Identifier: Apache-2.0
import EquipoiseFormats
import EquipoiseKit
import EquipoiseTestSupport
import Foundation
import Testing

@testable import EquipoiseData

@Suite struct DatasetDescriptionTests {
  @Test func readsTheDocumentedExample() throws {
    let folder = try TemporaryFolder()
    _ = try folder.write(
      """
      {"format": "equipoise-dataset", "version": 1, "name": "digits", "classes": ["zero", "one"],
       "modalities": {"audio":  {"kind": "spectrogram", "shape": [1, 64, 64], "dtype": "float32"},
                      "visual": {"kind": "video", "shape": [12, 1, 60, 80], "dtype": "uint8",
                                 "mean": [0.41], "std": [0.22]}},
       "splits": {"train": [{"file": "train-00000.safetensors", "count": 2000}],
                  "validation": [], "test": []}}
      """, to: "dataset.json")
    let description = try DatasetDescription.read(folder: folder.path)
    #expect(
      description
        == DatasetDescription(
          name: "digits", classes: ["zero", "one"],
          modalities: [
            "audio": ModalityDescription(kind: .spectrogram, shape: [1, 64, 64], type: .float32),
            "visual": ModalityDescription(
              kind: .video, shape: [12, 1, 60, 80], type: .uint8, mean: [0.41], std: [0.22]),
          ],
          splits: [.train: [ShardDescription(file: "train-00000.safetensors", count: 2000)]]))
  }

  @Test func readsBackWhatItWrites() throws {
    let folder = try TemporaryFolder()
    let description = DatasetDescription(
      name: "a \"name\"/ü", classes: ["x", "y"],
      modalities: [
        "flow": ModalityDescription(
          kind: .video, shape: [2, 2, 4, 4], type: .int8, mean: [0.1, -2], std: [1e-9, 3],
          flow: true)
      ],
      splits: [
        .train: [
          ShardDescription(file: "a.safetensors", count: 3),
          ShardDescription(file: "sub/b.safetensors", count: 1),
        ], .test: [ShardDescription(file: "c.safetensors", count: 2)],
      ], extra: ["made": "by hand", "at": "home"])
    let text = try description.json()
    _ = try folder.write(text, to: "dataset.json")
    #expect(try DatasetDescription.read(folder: folder.path) == description)
    // To be read by people: one line for each file, and format and version first.
    #expect(text.contains("\n      {\"count\":3,\"file\":\"a.safetensors\"},\n"))
    #expect(text.hasPrefix("{\n  \"format\": \"equipoise-dataset\",\n  \"version\": 2,\n"))
  }

  /// A regression with everything that its targets can say.
  @Test func readsBackTargets() throws {
    let folder = try TemporaryFolder()
    let description = DatasetDescription(
      name: "sentiment", classes: [],
      modalities: ["text": ModalityDescription(kind: .vector, shape: [3], type: .float32)],
      task: .regression,
      targets: [
        TargetDescription(name: "sentiment", unit: "points", range: -3...3),
        TargetDescription(name: "age"), TargetDescription(name: "mood", sentiment: true),
      ])
    _ = try folder.write(try description.json(), to: "dataset.json")
    #expect(try DatasetDescription.read(folder: folder.path) == description)
  }

  /// What is said counts; where nothing is, as in files of former versions, the name and the range do.
  @Test(
    arguments: [
      ("sentiment", -3.0, nil, true), ("sentiment of text", -3, nil, true),
      ("sentiment", -2, nil, false), ("score", -3, nil, false), ("score", -3, true, true),
      ("sentiment", -3, false, false),
    ] as [(String, Double, Bool?, Bool)])
  func sentimentIsSaidOrGoesByTheName(name: String, least: Double, said: Bool?, found: Bool) {
    let target = TargetDescription(name: name, range: least...3, sentiment: said)
    var description = DatasetDescription(
      name: "a", classes: [], modalities: [:], task: .regression, targets: [target])
    #expect(description.isSentiment == found)
    description.targets.append(TargetDescription(name: "age"))
    #expect(!description.isSentiment)
  }

  @Test(arguments: [
    ("\"version\": 1", "\"version\": 3", "version is 3, but this program reads versions 1 to 2"),
    ("\"version\": 1", "\"version\": 2", "task is missing"),
    (
      "\"version\": 1", "\"version\": 1, \"task\": \"classification\"",
      "task is not in version 1: say version 2"
    ),
    (
      "\"version\": 1", "\"version\": 2, \"task\": \"multilable\"",
      "task is 'multilable'; did you mean 'multilabel'?"
    ),
    (
      "\"version\": 1", "\"version\": 2, \"task\": \"regression\"", "targets is missing"
    ),
    (
      "\"version\": 1",
      "\"version\": 2, \"task\": \"regression\", \"targets\": [{\"name\": \"a\"}]",
      "classes is not for the task regression"
    ),
    (
      "\"version\": 1", "\"version\": 2, \"task\": \"multilabel\", \"targets\": []",
      "targets is not for the task multilabel"
    ),
    ("equipoise-dataset", "other", "format is 'other', not 'equipoise-dataset'"),
    ("\"name\": \"tiny\",", "", "name is missing"),
    (
      "\"name\": \"tiny\"", "\"nam\": \"tiny\"", "it has an unknown key 'nam'; did you mean 'name'?"
    ),
    (
      "\"std\": [0.25]", "\"sdt\": [0.25]",
      "modalities.visual has an unknown key 'sdt'; did you mean 'std'?"
    ),
    (
      "\"kind\": \"image\"", "\"kind\": \"imag\"",
      "modalities.visual.kind is 'imag'; did you mean 'image'?"
    ),
    (
      "\"dtype\": \"uint8\"", "\"dtype\": \"uint9\"",
      "modalities.visual.dtype is 'uint9'; did you mean 'uint8' or 'uint16'?"
    ),
    ("[1, 2, 2]", "[1, 2.5, 2]", "modalities.visual.shape[1] is 2.5, not a whole number"),
    ("[\"no\", \"yes\"]", "\"no\"", "classes is not a list"),
    ("\"count\": 6}", "\"count\": \"6\"}", "splits.train[0].count is not a number"),
    (
      "\"test\": [", "\"tset\": [",
      "splits has an unknown key 'tset'; did you mean 'test'?"
    ),
    ("\"version\": 1,", "\"version\": 1", "is not valid JSON"),
  ])
  func refusesWhatItDoesNotUnderstand(old: String, new: String, problem: String) throws {
    let data = try TestDataset()
    try data.writeDescription(replacing: old, by: new)
    #expect(
      data.failure()
        == "DATA/dataset.json: \(problem); correct the file or prepare the dataset again")
  }

  @Test(arguments: [
    (
      "[\"no\", \"yes\"]", "[\"no\"]", "1 classes are too few; list at least two"
    ),
    (
      "[\"no\", \"yes\"]", "[\"no\", \"no\"]",
      "the class 'no' is listed twice; give each class one name of its own"
    ),
    (
      "\"audio\":", "\"label\":",
      "'label' cannot name a modality; use letters, digits, '-' and '_', and not label, group, id"
    ),
    (
      "[1, 2, 3]", "[2, 3]",
      "modality 'audio': shape [2, 3] does not fit kind spectrogram, which is "
        + "[C, frequencies, frames]; correct it"
    ),
    (
      "[1, 2, 3]", "[1, 0, 3]", "modality 'audio': shape [1, 0, 3] is not a shape; correct it"
    ),
    (
      "float32", "int64",
      "modality 'audio': dtype int64 cannot be trained on; use one of uint8, int8, int16, int32, "
        + "float16, bfloat16, float32, float64; correct it"
    ),
    (
      "\"mean\": [0.5]", "\"mean\": [0.5, 0.5]",
      "modality 'visual': mean has 2 values for 1 channels; correct it"
    ),
    (
      "\"std\": [0.25]", "\"std\": [0]",
      "modality 'visual': std has a value that is not above 0; correct it"
    ),
    (
      "\"float32\"}", "\"float32\", \"flow\": true}",
      "modality 'audio': flow is true, but the kind is spectrogram, not image or video; correct it"
    ),
    (
      "test-00000.safetensors", "../test-00000.safetensors",
      "the file '../test-00000.safetensors' is not inside the dataset's folder; move it there and "
        + "name it relative to the folder"
    ),
    (
      "test-00000.safetensors", "train-00000.safetensors",
      "the file 'train-00000.safetensors' is listed twice; list each file once"
    ),
    (
      "\"count\": 2", "\"count\": 0",
      "the file 'test-00000.safetensors' has count 0; leave out empty files"
    ),
  ])
  func refusesWhatIsOutOfRange(old: String, new: String, problem: String) throws {
    let data = try TestDataset()
    try data.writeDescription(replacing: old, by: new)
    #expect(data.failure() == "DATA/dataset.json: \(problem)")
  }

  @Test func refusesItsTextCutAtEveryLength() throws {
    let data = try TestDataset()
    for length in 0..<TestDataset.json.utf8.count {
      _ = try data.folder.write(String(TestDataset.json.prefix(length)), to: "dataset.json")
      let failure = try #require(data.failure(), "\(length) characters were accepted")
      #expect(failure.hasPrefix("DATA/dataset.json: "))
    }
  }

  @Test func saysWhenThereIsNoDataset() throws {
    let folder = try TemporaryFolder()
    #expect(
      message { _ = try DatasetDescription.read(folder: folder.path) }
        == "\(folder.path): there is no dataset.json in this folder; "
        + "give the folder of a prepared dataset")
  }
}
