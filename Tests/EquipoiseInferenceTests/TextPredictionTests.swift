// SPDX-License-Identifier: Apache-2.0
import EquipoiseFormats
import EquipoiseRunTestSupport
import EquipoiseTestSupport
import Foundation
import Testing

@testable import EquipoiseData
@testable import EquipoiseInference
@testable import EquipoiseKit
@testable import EquipoiseMethods
@testable import EquipoiseModels
@testable import EquipoisePreparation
@testable import EquipoiseSettings
@testable import EquipoiseText
@testable import EquipoiseTraining

/// From a table with a column of texts to predictions of new ones.
@Suite struct TextPredictionTests {
  private static let tokenizer = """
    {"model": {"type": "WordPiece", "unk_token": "[UNK]", "vocab": {"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3,
      "good": 4, "bad": 5, "film": 6, "very": 7, "##s": 8, "a": 9}},
     "added_tokens": [{"id": 0, "content": "[PAD]", "special": true}],
     "normalizer": {"type": "Lowercase"}, "pre_tokenizer": {"type": "Whitespace"},
     "post_processor": {"type": "BertProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2]}}
    """

  /// A table of texts, and of vectors beside them where it says so.
  private final class Source {
    let folder: TemporaryFolder
    var data: String { folder.file("data") }

    init(_ rows: [String]? = nil) throws {
      folder = try TemporaryFolder()
      _ = try folder.write(TextPredictionTests.tokenizer, to: "encoder.json")
      try FileManager.default.createDirectory(
        atPath: folder.file("raw"), withIntermediateDirectories: true)
      let texts = (0..<24).map { index in
        "\(index % 4 == 3 ? "test" : "train"),\(index % 2 == 0 ? "yes" : "no"),"
          + "\"\(index % 2 == 0 ? "A very good film" : "a bad film, very bad") \(index % 3 == 0 ? "films" : "")\""
      }
      _ = try folder.write(
        "split,label,text\n" + (rows ?? texts).joined(separator: "\n") + "\n",
        to: "raw/manifest.csv")
    }

    @discardableResult
    func prepare(_ sets: [String] = [], to name: String = "data") throws -> [String] {
      var notes: [String] = []
      _ = try ManifestRecipe.run(
        input: folder.file("raw"), output: folder.file(name), file: nil,
        sets: [
          "modalities.text.kind=text", "modalities.text.tokenizer=" + folder.file("encoder.json"),
        ]
          + sets, media: .none
      ) { if case .note(let note) = $0 { notes.append(note) } }
      return notes
    }

    func trained(epochs: Int = 3) throws -> RunFolder {
      var configuration = RunConfiguration()
      configuration.data = data
      configuration.model.encoders["text"] = .transformer(width: 8, depth: 2, heads: 2)
      configuration.method = MethodSection(Unimodal.self)
      configuration.training.epochs = epochs
      configuration.training.batchSize = 6
      configuration.training.optimiser.learningRate = 0.05
      (configuration.runtime.device, configuration.runtime.threads) = ("cpu", 1)
      let run = RunFolder(folder.file("run"))
      _ = try TrainingRun(configuration, in: run, resume: .never) { _ in }.train()
      return run
    }
  }

  @Test func textsBecomeIdsAndTheirTokeniserTravels() throws {
    let source = try Source()
    let notes = try source.prepare()
    #expect(
      notes.contains("texts of 'text' have 6 to 10 tokens, half of them up to 8; all are kept"),
      "\(notes)")
    let dataset = try PreparedDataset(folder: source.data)
    let text = dataset.modalities[0].description
    #expect(text.kind == .text && text.shape == [10] && text.type == .int32)
    #expect(
      text.tokens
        == TokenDescription(vocabulary: 10, padding: 0, tokenizer: "text.tokenizer.json"))
    let samples = try dataset.samples(.train)
    // [CLS] a very good film film ##s [SEP]
    #expect(samples.input(0, ofSample: 0).floats() == [2, 9, 7, 4, 6, 6, 8, 3, 0, 0])
    #expect(samples.lengths[0]?.first == 8)
    #expect(
      try String(contentsOfFile: source.data + "/SHA256SUMS", encoding: .utf8).contains(
        "text.tokenizer.json"))
    #expect(try source.prepare().contains { $0.hasSuffix("is up to date: nothing to do") })
    #expect(try source.prepare(["modalities.text.maxLength=9"]).count > 1)
  }

  @Test func longTextsAreCutAndCounted() throws {
    let source = try Source()
    let notes = try source.prepare(["modalities.text.maxLength=6"])
    #expect(
      notes.contains {
        $0.hasPrefix("texts of 'text' have 6 to 10 tokens") && $0.contains("; 6 are kept, and ")
          && $0.hasSuffix(" texts of 24 lose the rest")
      }, "\(notes)")
    let cut = notes.contains {
      $0.hasSuffix("samples of 'text' had more than 6 tokens: the rest was cut off")
    }
    #expect(cut, "\(notes)")
    let samples = try PreparedDataset(folder: source.data).samples(.train)
    // The end of a text goes, not what stands around it.
    #expect(samples.input(0, ofSample: 0).floats() == [2, 9, 7, 4, 6, 3])
  }

  @Test func newTextsArePredicted() throws {
    let source = try Source()
    try source.prepare()
    let folder = try source.trained()
    // The run's dataset may be a copy, and the tokeniser that it was made with gone.
    try FileManager.default.copyItem(atPath: source.data, toPath: source.folder.file("copy"))
    try FileManager.default.removeItem(atPath: source.data)
    try FileManager.default.removeItem(atPath: source.folder.file("encoder.json"))
    let run = try RunParts.trained(in: folder) { $0.data = source.folder.file("copy") }
    func numbers(_ source: any PredictionSource) throws -> [String: [Float]] {
      var found: [String: [Float]] = [:]
      try Predictor(run, source).forEachSample { found[$0.name] = $0.fused.values }
      return found
    }
    func answer(_ text: String) throws -> [String: [Float]] {
      try numbers(MediaPredictionSource(files: [("text", text)], for: run, media: .none))
    }
    // What the prepared texts give, samples 04 and 08 of the table.
    let prepared = try numbers(
      DatasetPredictionSource(folder: source.folder.file("copy"), split: .test, for: run))
    let (fourth, eighth) = ("a bad film, very bad films", "a bad film, very bad ")
    let (whole, short) = (try #require(prepared["04"]), try #require(prepared["08"]))
    #expect(prepared.count == 6 && whole != short)
    func isClose(_ a: [Float]?, _ b: [Float]) -> Bool {
      a.map { zip($0, b).allSatisfy { abs($0 - $1) < 1e-6 } } ?? false
    }
    #expect(try isClose(answer(fourth)["text"], whole))
    #expect(try isClose(answer(eighth)["text"], short))
    let file = try source.folder.write("\u{FEFF}" + fourth, to: "critic.txt")
    #expect(try isClose(answer(file)["critic"], whole))
    #expect(
      message { _ = try answer("gone.txt") } == "gone.txt: there is no such file; check the path")
    let lacking = try source.folder.write(
      "id,text\nfirst,a good film\nsecond,\n", to: "lacking.csv")
    #expect(
      message {
        _ = try MediaPredictionSource(manifest: lacking, for: run, media: .none)
      }?.contains("sample 'second' has none of the modalities") == true)
    let table = try source.folder.write(
      "id,text\nfirst,\"\(eighth)\"\nthird,\"\(fourth)\"\n", to: "whole.csv")
    let answers = try numbers(MediaPredictionSource(manifest: table, for: run, media: .none))
    #expect(isClose(answers["first"], short) && isClose(answers["third"], whole))
    // Another tokeniser than the dataset's is noticed.
    try Data("{}".utf8).write(
      to: URL(fileURLWithPath: source.folder.file("copy/text.tokenizer.json")))
    #expect(
      message { _ = try answer("a film") }?.contains(
        "the tokeniser is not the one that made the dataset") == true)
  }

  @Test func filesOfTextAreRead() throws {
    let source = try Source(["train,yes,good.txt", "train,no,bad.txt", "test,no,bad.txt"])
    _ = try source.folder.write("a good film", to: "raw/good.txt")
    _ = try source.folder.write("bad", to: "raw/bad.txt")
    try source.prepare()
    let samples = try PreparedDataset(folder: source.data).samples(.train)
    #expect(samples.input(0, ofSample: 0).floats() == [2, 9, 4, 6, 3])
    #expect(samples.input(0, ofSample: 1).floats() == [2, 5, 3, 0, 0])
    try Data([0xFF, 0xFE]).write(to: URL(fileURLWithPath: source.folder.file("raw/bad.txt")))
    #expect(
      message { try source.prepare(to: "other") }?.contains("the file is not text in UTF-8") == true
    )
  }

  @Test func textsMayBeMissing() throws {
    let rows = ["train,yes,good", "train,no,", "train,no,bad", "test,no,bad"]
    let source = try Source(rows)
    #expect(
      message { try source.prepare() }?.contains("column 'text' is empty in 1 of 4 rows") == true)
    try source.prepare(["missing=drop"])
    #expect(try PreparedDataset(folder: source.data).samples(.train).count == 2)
  }

  @Test func mistakesAreNamed() throws {
    let source = try Source()
    #expect(
      message { try source.prepare(["modalities.text.tokenizer=null"]) }?.contains(
        "modalities.text.tokenizer: 'text' is text, and no tokeniser makes ids of it; name a tokenizer.json"
      )
        == true)
    #expect(
      message { try source.prepare(["modalities.text.maxLength=2"]) }
        == "modalities.text.maxLength: 2 tokens leave none for a text, as the tokeniser puts 2 around each; "
        + "keep more")
    #expect(
      message { try source.prepare(["modalities.text.maxLength=0"]) }?.contains("maxLength") == true
    )
    #expect(
      message { try source.prepare(["modalities.text.tokenizer=" + source.folder.file("none")]) }?
        .contains("there is no tokeniser") == true)
    // Without a kind a column of texts says what to do.
    #expect(
      message {
        _ = try ManifestRecipe.run(
          input: source.folder.file("raw"), output: source.folder.file("x"), file: nil, sets: [],
          media: .none
        ) { _ in }
      }?.contains("texts are a modality with modalities.COLUMN={kind: text, tokenizer: DIR}")
        == true)
  }
}
