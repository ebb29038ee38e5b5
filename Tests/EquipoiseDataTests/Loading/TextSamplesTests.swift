// SPDX-License-Identifier: Apache-2.0
import EquipoiseTestSupport
import EquipoiseTorch
import Foundation
import Testing

@testable import EquipoiseData
@testable import EquipoiseFormats

/// Texts as ids of tokens.
@Suite struct TextSamplesTests {
  private static let json = """
    {"format": "equipoise-dataset", "version": 2, "name": "words", "task": "classification",
     "classes": ["no", "yes"],
     "modalities": {"text": {"kind": "text", "shape": [4], "dtype": "int32", "vocabulary": 9,
                             "padding": 1, "tokenizer": "text.json"}},
     "splits": {"train": [{"file": "train-00000.safetensors", "count": 3}]}}
    """

  /// What another program would write: behind a text's own tokens there may be anything.
  private static func write(
    _ json: String = json, ids: [Int32] = [5, 8, 1, 1, 0, -7, 99, 1, 2, 3, 4, 5],
    lengths: [Int64]? = [2, 1, 4]
  ) throws -> TestDataset {
    let data = try TestDataset()
    _ = try data.folder.write(json, to: "dataset.json")
    var tensors = [
      "text": json.contains("int64")
        ? HostArray(ids.map(Int64.init), shape: [3, 4]) : HostArray(ids, shape: [3, 4]),
      "label": HostArray(int64s: [0, 1, 0], shape: [3]),
    ]
    tensors["text.length"] = lengths.map { HostArray(int64s: $0, shape: [3]) }
    try data.writeShard("train-00000", tensors)
    return data
  }

  @Test(arguments: ["int32", "int64"])
  func idsReachTheDeviceAsTheyAre(type: String) throws {
    let data = try Self.write(
      Self.json.replacing("int32", with: type).replacing("9,", with: "16777216,"),
      ids: [5, 16_777_215, 1, 1, 0, -7, 99, 1, 2, 3, 4, 5])
    let dataset = try PreparedDataset(folder: data.path)
    #expect(
      dataset.modalities[0].description.tokens
        == TokenDescription(vocabulary: 1 << 24, padding: 1, tokenizer: "text.json"))
    let samples = try dataset.samples(.train)
    let stream = try Loader(samples, LoaderOptions(batchSize: 3)).batches(epoch: 0)
    let batch = InputNormalizer(samples.modalities, device: .cpu)(try #require(try stream.next()))
    #expect(batch.inputs[0].dtype == .float32 && batch.inputs[0].shape == [3, 4])
    #expect(
      batch.inputs[0].floats() == [5, 16_777_215, 0, 0, 0, 0, 0, 0, 2, 3, 4, 5])
    #expect(batch.lengths[0]?.host == [2, 1, 4])
  }

  @Test func whatIsWrittenIsRead() throws {
    let folder = try TemporaryFolder()
    let text = ModalityDescription(
      kind: .text, shape: [3], type: .int64,
      tokens: TokenDescription(vocabulary: 40, padding: 2, tokenizer: "t.json"))
    let plain = ModalityDescription(
      kind: .text, shape: [1], type: .int32, tokens: TokenDescription(vocabulary: 2))
    let writer = try DatasetWriter(
      folder: folder.file("data"),
      description: DatasetDescription(
        name: "d", classes: ["a", "b"], modalities: ["text": text, "word": plain]),
      lengths: ["text"])
    var sample = PreparedSample(
      inputs: [HostArray([39 as Int64, 0, 77], shape: [3]), HostArray([1 as Int32], shape: [1])],
      label: 1)
    sample.lengths = ["text": 2]
    try writer.append(sample, to: .train)
    try writer.finish()
    let read = try PreparedDataset(folder: folder.file("data"))
    #expect(read.description.modalities == ["text": text, "word": plain])
    #expect(try read.samples(.train).lengths == [[2], nil])
    let json = try String(contentsOfFile: folder.file("data/dataset.json"), encoding: .utf8)
    #expect(
      json.contains(
        #""word": {"dtype":"int32","kind":"text","shape":[1],"vocabulary":2}"#))
  }

  @Test(arguments: [
    ("9,", "8,", "row 0 has the token 8 in 'text', outside its vocabulary 0..<8"),
    ("9,", "0,", "vocabulary 0 is not in 1...16777216"),
    ("9,", "16777217,", "vocabulary 16777217 is not in 1...16777216"),
    ("\"vocabulary\": 9,", "", "modalities.text.vocabulary is missing"),
    ("\"padding\": 1", "\"padding\": 9", "padding 9 is not an id below the vocabulary's 9"),
    ("int32", "float32", "dtype float32 is not that of a text's ids; use int32 or int64"),
    ("\"padding\": 1", "\"mean\": [1]", "ids of tokens have no mean and no std"),
    (
      "text.json", "../text.json", "the tokeniser '../text.json' is not inside the dataset's folder"
    ),
    ("[4]", "[4, 1]", "shape [4, 1] does not fit kind text, which is [L]"),
    (
      "\"text\", \"shape\": [4], \"dtype\": \"int32\"",
      "\"vector\", \"shape\": [4], \"dtype\": \"int32\"",
      "modalities.text.vocabulary is of texts, and the kind is vector"
    ),
  ])
  func mistakesAreNamed(old: String, new: String, what: String) throws {
    let data = try Self.write(Self.json.replacing(old, with: new))
    let said = message { _ = try PreparedDataset(folder: data.path) }
    #expect(said?.contains(what) == true, "\(said ?? "")")
  }

  @Test func int64IsForTextsAlone() throws {
    let vector = ModalityDescription(kind: .vector, shape: [2], type: .int64)
    #expect(vector.problem?.hasPrefix("dtype int64 cannot be trained on") == true)
  }

  @Test func idsAreCheckedWhereTheyAreLookedAt() throws {
    let data = try Self.write(ids: [5, 8, 1, 1, -1, 0, 0, 0, 2, 3, 4, 5])
    #expect(
      message { _ = try PreparedDataset(folder: data.path) }?.contains(
        "row 1 has the token -1 in 'text'") == true)
    // Without lengths every id counts.
    let whole = try Self.write(lengths: nil)
    #expect(
      message { _ = try PreparedDataset(folder: whole.path) }?.contains(
        "row 1 has the token -7 in 'text'") == true)
  }

  @Test(arguments: ["crop", "flip", "timeShift", "timeMask", "frequencyMask"])
  func picturesAndSoundsHaveAugmentationsThatTextsLack(key: String) throws {
    var augmentation = AugmentationConfiguration()
    switch key {
    case "crop": augmentation.crop = 1
    case "flip": augmentation.flip = true
    case "timeShift": augmentation.timeShift = 1
    case "timeMask": augmentation.timeMask = 1
    default: augmentation.frequencyMask = 1
    }
    let data = try Self.write()
    let samples = try PreparedDataset(folder: data.path).samples(.train)
    #expect(
      message {
        _ = try Loader(samples, LoaderOptions(batchSize: 2, augmentation: ["text": augmentation]))
          .batches(epoch: 0)
      }?.hasPrefix("augmentation.text.\(key): 'text' is of kind text; \(key) is for ") == true)
  }

  @Test func idsAreNotStandardised() throws {
    let folder = try TemporaryFolder()
    let text = ModalityDescription(
      kind: .text, shape: [3], type: .int32, tokens: TokenDescription(vocabulary: 40))
    #expect(
      message {
        _ = try DatasetWriter(
          folder: folder.file("data"),
          description: DatasetDescription(
            name: "d", classes: ["a", "b"], modalities: ["text": text]), standardising: ["text"])
      }
        == "ids of tokens have no mean and deviation, and 'text' is a text; standardise other modalities alone"
    )
  }
}
