// SPDX-License-Identifier: Apache-2.0
import Equipoise
import EquipoiseDecoding
import EquipoiseFormats
import Foundation
import Testing

/// Pictures with texts as they are published: Food-101, Hateful Memes and MM-IMDb.
struct CaptionedRecipeTests {
  private let tree: RawTree
  private let settings: [String]

  init() throws {
    tree = try RawTree()
    try tree.make("one.png", "-f lavfi -i testsrc=size=48x36:rate=1:duration=1 -frames:v 1")
    try tree.make("one.jpg", "-f lavfi -i testsrc=size=48x36:rate=1:duration=1 -frames:v 1")
    let words = ["[UNK]", "a", "b", "good", "bad"].enumerated().map { "\"\($1)\":\($0)" }
    try tree.write(
      "{\"model\":{\"type\":\"WordPiece\",\"unk_token\":\"[UNK]\",\"vocab\":{"
        + words.joined(separator: ",") + "}},\"pre_tokenizer\":{\"type\":\"Whitespace\"}}",
      to: "tokenizer.json")
    settings = ["tokenizer=\(tree.path)/tokenizer.json", "size=16", "expectCounts=false"]
  }

  private func ids(_ dataset: PreparedDataset, _ split: Split) throws -> [[Float]] {
    let samples = try dataset.samples(split)
    let place = try #require(samples.modalities.firstIndex { $0.name == "text" })
    let stream = try Loader(samples, LoaderOptions(batchSize: samples.count)).batches(epoch: 0)
    let batch = try #require(try stream.next())
    let lengths =
      batch.lengths[place]
      ?? [Int](repeating: batch.inputs[place].shape[1], count: batch.indices.count)
    return zip(batch.indices.indices, lengths).map { row, length in
      Array(batch.inputs[place].row(row).floats().prefix(length))
    }
  }

  @Test func food101() throws {
    try tree.write(
      "pie_1.jpg,\"good, a \"\"b\"\"\",pie\nsoup_2.jpg,bad,soup\r\n\n", to: "texts/train_titles.csv"
    )
    try tree.write("pie_3.jpg,\"two\nlines a\",pie", to: "texts/test_titles.csv")
    for name in ["train/pie/pie_1", "train/soup/soup_2", "test/pie/pie_3"] {
      try tree.copy("one.jpg", to: "images/\(name).jpg")
    }
    #expect(
      tree.problem("food-101", settings.dropLast())?.contains(
        "1 samples for test where 22716 are published; 2 samples for train where 67972 are published"
      )
        == true)
    let data = try tree.prepare("food-101", settings)
    #expect(data.description.classes == ["pie", "soup"])
    #expect(data.description.modalities["image"]?.shape == [3, 16, 16])
    #expect(data.description.modalities["text"]?.shape == [6])
    #expect(try data.samples(.train).labels == [0, 1])
    #expect(try data.samples(.train).id(of: 0) == "pie_1")
    // good , a " b "
    #expect(try ids(data, .train) == [[3, 0, 1, 0, 2, 0], [4]])
    #expect(try ids(data, .test) == [[0, 0, 1]])
    try tree.write("pie_1.jpg,x\n", to: "texts/train_titles.csv")
    #expect(
      tree.problem("food-101", settings)?.contains("the line is not 'CLASS_N.jpg,TITLE,CLASS'")
        == true)
  }

  @Test func hatefulMemes() throws {
    func line(_ id: String, _ label: Int, _ text: String) -> String {
      "{\"id\": \(id), \"img\": \"img/\(id).png\", \"label\": \(label), \"text\": \"\(text)\"}\n"
    }
    try tree.write(line("11", 0, "a good b") + line("12", 1, "bad"), to: "train.jsonl")
    try tree.write(line("13", 1, "b"), to: "dev_seen.jsonl")
    try tree.write(line("14", 0, "a"), to: "test_seen.jsonl")
    try tree.write(line("15", 1, "a b"), to: "test_unseen.jsonl")
    for id in 11...15 { try tree.copy("one.png", to: "img/\(id).png") }
    let data = try tree.prepare("hateful-memes", settings)
    #expect(data.description.classes == ["not hateful", "hateful"])
    #expect(try data.samples(.train).labels == [0, 1])
    #expect(try data.samples(.validation).count == 1)
    #expect(try ids(data, .train) == [[1, 3, 2], [4]] && ids(data, .test) == [[1]])
    let unseen = try tree.prepare("hateful-memes", to: "unseen", settings + ["test=unseen"])
    #expect(try ids(unseen, .test) == [[1, 2]])
    #expect(
      tree.problem("hateful-memes", settings.dropLast())?.contains(
        "1 samples for test where 1000 are published; 2 samples for train where 8500 are published; "
          + "1 samples for validation where 500 are published") == true)
    #expect(
      tree.problem("hateful-memes", ["expectCounts=false"])?.contains(
        "tokenizer: 'text' is text, and no tokeniser makes ids of it") == true)
    let pictures = try tree.prepare(
      "hateful-memes", to: "pictures", ["modalities=[image]", "size=16", "expectCounts=false"])
    #expect(pictures.modalities.map(\.name) == ["image"])
  }

  @Test func mmIMDb() throws {
    func film(_ id: String, _ genres: String, _ plots: String) throws {
      try tree.write("{\"genres\": [\(genres)], \"plot\": [\(plots)]}", to: "dataset/\(id).json")
      try tree.copy("one.jpg", to: "dataset/\(id).jpeg")
    }
    try film("0001", "\"Drama\", \"Film-Noir\", \"News\"", "\"a\", \"good a b\", \"b\"")
    try film("0002", "\"Comedy\"", "\"bad\"")
    try film("0003", "\"War\"", "\"b\"")
    try film("0004", "", "\"a\"")
    try tree.write(
      "{\"train\": [\"0001\", \"0002\"], \"dev\": [\"0003\"], \"test\": [\"0004\"]}",
      to: "split.json")
    let data = try tree.prepare("mm-imdb", settings)
    #expect(data.description.task == .multilabel && data.description.classes.count == 23)
    let rows = try #require(try data.samples(.train).targets)
    #expect(Array(rows.values.prefix(23)).enumerated().filter { $1 == 1 }.map(\.offset) == [0, 22])
    #expect(try ids(data, .train) == [[3, 1, 2], [4]] && ids(data, .test) == [[1]])
    #expect(
      tree.problem("mm-imdb", settings.dropLast())?.contains(
        "1 samples for test where 7799 are published; 2 samples for train where 15552 are published; "
          + "1 samples for validation where 2608 are published") == true)
    try tree.write("{}", to: "dataset/0002.json")
    #expect(
      tree.problem("mm-imdb", settings)?.contains(
        "the file is not '{genres: [TEXT], plot: [TEXT]}'")
        == true)
  }
}
