// SPDX-License-Identifier: Apache-2.0
import Equipoise
import EquipoiseFormats
import Foundation
import Testing

/// Manifests as pandas, spreadsheets, R and Hugging Face write them: understood, or refused with the true cause.
struct ManifestTableTests {
  private let tree: RawTree
  private let folder: String

  init() throws {
    tree = try RawTree()
    folder = try MediaFolder(tree.path).path
    for row in 0..<4 {
      try NPY.write(
        HostArray(floats: [Float(row), 1], shape: [2]), to: tree.path + "/\(row).npy")
    }
  }

  /// A manifest of four rows, with a cell for each row in more columns.
  private func table(_ more: [(String, [String])] = [], separator: String = ",") -> String {
    let columns = [
      ("split", ["train", "train", "train", "test"]), ("label", ["up", "down", "up", "down"]),
      ("x", (0..<4).map { "\($0).npy" }),
    ]
    let all = more + columns
    let lines = [all.map(\.0)] + (0..<4).map { row in all.map { $0.1[row] } }
    return lines.map { $0.joined(separator: separator) + "\n" }.joined()
  }

  private func check() throws {
    let data = try tree.prepare("manifest", to: UUID().uuidString)
    #expect(data.description.classes == ["down", "up"])
    #expect(data.modalities.map(\.name) == ["x"])
    #expect(try data.samples(.train).labels == [1, 0, 1])
    #expect(try data.samples(.test).labels == [0])
  }

  @Test(arguments: ["", "Unnamed: 0", "index", "level_0"])
  func rowNumbers(name: String) throws {
    for start in [0, 1] {
      try tree.write(table([(name, (0..<4).map { "\($0 + start)" })]), to: "manifest.csv")
      try check()
      #expect(
        try tree.notes("manifest").first == "column '\(name)' counts the rows and is left out")
      try FileManager.default.removeItem(atPath: tree.maker.file("data"))
    }
  }

  @Test func dialects() throws {
    for text in [
      table(separator: ";"), table(separator: "\t"), "sep=;\r\n" + table(separator: ";"),
      "\u{FEFF}" + table().replacing("\n", with: "\r\n"), table().replacing("\n", with: "\r"),
      table().replacing("test", with: "Test").replacing("train", with: "TRAIN"),
      table().replacing("label", with: "Label").replacing("up\n", with: "up \n"),
      table([("", ["1", "2", "3", "4"])]).replacing("x", with: "\"x\""), table() + ",,\n,,\n",
      table().replacing(".npy\n", with: ".npy,,\n").replacing("x\n", with: "x,,\n"),
      table([("note", ["", "", "", ""])]).replacing("note,", with: ",").replacing(
        "0.npy", with: ".\\0.npy"),
    ] {
      try tree.write(text, to: "manifest.csv")
      try check()
    }
    try Data(try #require(("\u{FEFF}" + table(separator: "\t")).data(using: .utf16LittleEndian)))
      .write(
        to: URL(fileURLWithPath: tree.path + "/manifest.csv"))
    try check()
  }

  @Test(arguments: ["manifest.jsonl", "manifest.ndjson", "manifest.json"])
  func lines(name: String) throws {
    let rows = (0..<4).map {
      "{\"label\": \"\($0 % 2 == 0 ? "up" : "down")\", \"x\": \"\($0).npy\", "
        + "\"split\": \"\($0 < 3 ? "train" : "test")\"}"
    }
    try tree.write("\u{FEFF}" + rows.joined(separator: "\n"), to: name)
    try check()
    try tree.write("[" + rows.joined(separator: ",\n") + "]", to: name)
    try check()
  }

  @Test func metadataOfHuggingFace() throws {
    try tree.write(table().replacing(",x\n", with: ",file_name\n"), to: "metadata.csv")
    let data = try tree.prepare("manifest")
    #expect(data.modalities.map(\.name) == ["file_name"])
    try tree.write(table(), to: "manifest.csv")
    try tree.write("{}", to: "manifest.jsonl")
    #expect(
      tree.problem("manifest")
        == "\(folder): there are manifest.csv and manifest.jsonl; say which to read with "
        + "manifest=manifest.csv")
  }

  private static let roles =
    "; a column of splits, groups or names is named with split=COLUMN, group=COLUMN or id=COLUMN"

  @Test(arguments: [
    (
      ("age", ["23", "31.5", "", "40"]), "numbers ('23', '31.5', '40')",
      "numbers are not supported as a modality yet; "
    ),
    (
      ("text", ["so it is", "no", "yes", "well, yes"]), "text ('no', 'so it is', 'well, yes', …)",
      "texts are a modality with modalities.COLUMN={kind: text, tokenizer: DIR}; "
    ),
    (("speaker", ["a", "b", "a", "b"]), "words ('a', 'b')", ""),
    (
      ("url", (0..<4).map { "https://x.org/\($0).wav" }),
      "addresses ('https://x.org/0.wav', 'https://x.org/1.wav', 'https://x.org/2.wav', …)",
      "download what they lead to; "
    ),
    (
      ("index", ["5", "3", "8", "1"]), "numbers ('1', '3', '5', …)",
      "numbers are not supported as a modality yet; "
    ),
  ])
  func columnsWithoutFiles(column: (String, [String]), content: String, advice: String) throws {
    let cells = column.1.map { $0.contains(",") ? "\"\($0)\"" : $0 }
    try tree.write(table([(column.0, cells)]), to: "manifest.csv")
    let problem = try #require(tree.problem("manifest"))
    #expect(
      problem
        == "\(folder)/manifest.csv: column '\(column.0)' holds \(content), not files in \(folder); \(advice)"
        + "take the columns with files alone, only=[x], or name the folder that the files are in with "
        + "root=DIR"
        + Self.roles)
    #expect(try tree.prepare("manifest", ["only=[x]"]).modalities.map(\.name) == ["x"])
  }

  @Test(arguments: [
    ("my audio", "my_audio"), ("../../x/y", "x_y"), ("Group.1", "Group_1"),
  ])
  func namesThatLeadOut(name: String, suggestion: String) throws {
    try tree.write(table().replacing(",x\n", with: ",\(name)\n"), to: "manifest.csv")
    let problem = try #require(tree.problem("manifest"))
    #expect(
      problem.hasPrefix(
        "\(folder)/manifest.csv:1: '\(name)' cannot name a modality; rename the column, for example to "
          + "'\(suggestion)': "), "\(problem)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: tree.maker.path) == ["raw"])
  }

  @Test func missingModalitiesAndNames() throws {
    try tree.write(table([("y", ["0.npy", "nan", "", "3.npy"])]), to: "manifest.csv")
    #expect(
      tree.problem("manifest")
        == "\(folder)/manifest.csv:3: column 'y' is empty in 2 of 4 rows; name a file for every modality, take "
        + "the modality as absent there with missing=absent, leave such rows out with missing=drop, or the column "
        + "with only=[...]")
    try tree.write(table([("id", ["a", "", "c", "d"])]), to: "manifest.csv")
    #expect(
      tree.problem("manifest")
        == "\(folder)/manifest.csv:3: column 'id' is empty; give every sample a name of up to 1000 bytes"
    )
    try tree.write(table().replacing("label", with: "class"), to: "manifest.csv")
    #expect(
      tree.problem("manifest")
        == "\(folder)/manifest.csv: the table has no column 'label' of classes; name the column with "
        + "label=COLUMN; choose from 'class', 'split', 'x'")
    try tree.write(table().replacing("1.npy", with: "1.mp4"), to: "manifest.csv")
    #expect(
      tree.problem("manifest")
        == "\(folder)/manifest.csv:3: '1.mp4' in column 'x' is taken as frames, but '0.npy' as array; give a "
        + "column files of one kind, or say with modalities.x.kind=KIND what to make of all")
    try tree.write(table().replacing("up", with: "down"), to: "manifest.csv")
    #expect(
      tree.problem("manifest")
        == "\(folder)/manifest.csv: all samples are of one class, 'down'; add samples of at least one other class"
    )
  }

  /// Names of modalities are not notes, and notes are not names of modalities.
  @Test(arguments: ["recipe", "prepared", "groups", "split"])
  func modalitiesCalledAsNotes(name: String) throws {
    let sets = name == "split" ? ["split=part"] : []
    try tree.write(
      table([("group", ["a", "b", "c", "d"]), (name, (0..<4).map { "\($0).npy" })])
        .replacing(name == "split" ? ",split,label" : "§", with: ",part,label"), to: "manifest.csv")
    let data = try tree.prepare("manifest", sets)
    #expect(data.modalities.map(\.name) == [name, "x"].sorted())
    #expect(data.description.extra["recipe"] == "manifest")
    #expect(data.description.extra["groups"] == "a, b, c, d")
    #expect(data.description.extra["split"] == "as listed")
    #expect(
      data.description.extra["modality \(name)"]
        == #"{"dtype":"float32","kind":"vector","type":"array"}"#)
    var notes: [String] = []
    try tree.prepare("manifest", sets) { if case .note(let text) = $0 { notes.append(text) } }
    #expect(notes.contains("\(data.folder) is up to date: nothing to do"))
    try tree.train()
    let predicted = try MediaMaker.run(
      WorkerTests.program,
      [
        "predict", tree.maker.file("run"), "--manifest", tree.path, "--format", "jsonl",
        "--threads", "1",
      ])
    #expect(predicted.split(separator: UInt8(ascii: "\n")).count == 4)
    // Datasets of earlier versions kept a modality's settings under its bare name.
    let path = data.folder + "/dataset.json"
    let text = try String(contentsOfFile: path, encoding: .utf8)
    try Data(text.replacing("\"modality x\"", with: "\"x\"").utf8).write(
      to: URL(fileURLWithPath: path))
    _ = try MediaMaker.run(
      WorkerTests.program,
      [
        "predict", tree.maker.file("run"), "--manifest", tree.path, "--format", "jsonl",
        "--threads", "1",
      ])
  }

  /// The files apart from the table, which none may lead out of.
  @Test func manifestApartFromItsFiles() throws {
    let lists = tree.maker.file("lists")
    try FileManager.default.createDirectory(atPath: lists, withIntermediateDirectories: false)
    let list = lists + "/mine.csv"
    try Data(table().utf8).write(to: URL(fileURLWithPath: list))
    let data = try tree.prepare("manifest", ["root=\(tree.path)"], input: list)
    #expect(try data.samples(.train).count == 3)
    try tree.train()
    let predicted = try MediaMaker.run(
      WorkerTests.program,
      ["predict", tree.maker.file("run"), "--manifest", list, "--root", tree.path]
        + ["--format", "jsonl", "--threads", "1"])
    #expect(predicted.split(separator: UInt8(ascii: "\n")).count == 4)
    try FileManager.default.createSymbolicLink(
      atPath: tree.path + "/out.npy", withDestinationPath: lists + "/secret.npy")
    try NPY.write(HostArray(floats: [1, 2], shape: [2]), to: lists + "/secret.npy")
    for (file, problem) in [
      ("../lists/secret.npy", "has '..' in it"), ("out.npy", "leads out of the folder"),
      (lists + "/secret.npy", "leads out of the folder"),
    ] {
      try Data(table().replacing("3.npy", with: file).utf8).write(to: URL(fileURLWithPath: list))
      let found = #expect(throws: EquipoiseError.self) {
        try tree.prepare("manifest", to: "refused", ["root=\(tree.path)"], input: list)
      }
      #expect(found?.description.contains(problem) == true, "\(found?.description ?? "")")
    }
    let none = tree.maker.file("none")
    try FileManager.default.createDirectory(atPath: none, withIntermediateDirectories: false)
    let error = #expect(throws: EquipoiseError.self) {
      try tree.prepare("manifest", to: "refused", ["root=\(tree.path)"], input: none)
    }
    #expect(error?.description.contains("there is no manifest in") == true)
  }
}
