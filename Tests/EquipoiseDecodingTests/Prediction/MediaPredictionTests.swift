// SPDX-License-Identifier: Apache-2.0
import Equipoise
import EquipoiseFormats
import Foundation
import Testing

/// `equipoise predict` of raw files gives what it gives of the dataset prepared from them.
struct MediaPredictionTests {
  private let tree: RawTree
  private static let sets = [
    "modalities.audio={seconds: 0.5}", "modalities.visual={size: 32}",
  ]

  init() throws {
    tree = try RawTree()
    for (label, tone) in [("high", 1500), ("low", 200)] {
      for index in 0..<4 {
        try tree.make(
          "\(label)/\(label)\(index).mp4",
          "-f lavfi -i testsrc=size=32x24:rate=10:duration=0.5 -f lavfi -i "
            + "sine=frequency=\(tone + 40 * index):duration=0.5 -c:v libx264 -preset ultrafast "
            + "-pix_fmt yuv420p -c:a aac")
      }
    }
    try tree.prepare("manifest", Self.sets)
    try tree.train()
  }

  private struct Line: Decodable {
    let sample: String
    let label: String?
    let fused: [String: Double]
    let modalities: [String: [String: Double]]
    let missing: [String]
  }

  private func lines(_ arguments: [String]) throws -> [Line] {
    let output = try MediaMaker.run(
      WorkerTests.program,
      ["predict", tree.maker.file("run"), "--format", "jsonl", "--threads", "1"] + arguments)
    return try output.split(separator: UInt8(ascii: "\n")).map {
      try JSONDecoder().decode(Line.self, from: Data($0))
    }
  }

  /// What the program says when it refuses.
  private func problem(_ arguments: [String]) throws -> String {
    let (process, errors) = (Process(), Pipe())
    process.executableURL = URL(fileURLWithPath: WorkerTests.program)
    process.arguments = ["predict", tree.maker.file("run")] + arguments
    process.standardOutput = FileHandle.nullDevice
    process.standardError = errors
    try process.run()
    let text = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    #expect(process.terminationStatus != 0)
    return String(decoding: text, as: UTF8.self)
  }

  private func expectSame(_ line: Line, _ other: Line) {
    for (name, value) in other.fused { #expect(abs((line.fused[name] ?? -1) - value) < 1e-6) }
    for (modality, values) in other.modalities {
      for (name, value) in values {
        #expect(abs((line.modalities[modality]?[name] ?? -1) - value) < 1e-6)
      }
    }
  }

  @Test func rawIsAsPrepared() throws {
    var prepared: [String: Line] = [:]
    for split in ["train", "test"] {
      for line in try lines([tree.maker.file("data"), "--split", split]) {
        prepared[line.sample] = line
      }
    }
    #expect(prepared.count == 8)
    // The folders, in batches that do not come out even.
    let folders = try lines(["--manifest", tree.path, "--batch-size", "3"])
    #expect(folders.count == 8)
    for line in folders {
      let known = try #require(prepared[line.sample])
      #expect(line.label == known.label)
      expectSame(line, known)
    }
    // A table without labels, of one modality and a column that is not a modality.
    try tree.write("id,visual,note\nhigh/high1,high/high1.mp4,x\n", to: "some.csv")
    let silent = try #require(try lines(["--manifest", tree.path + "/some.csv"]).first)
    #expect(silent.label == nil && silent.missing == ["audio"])
    for (name, value) in try #require(prepared["high/high1"]?.modalities["visual"]) {
      #expect(abs((silent.modalities["visual"]?[name] ?? -1) - value) < 1e-6)
    }
    // Single files.
    let file = tree.path + "/low/low2.mp4"
    let single = try lines(["--input", "visual=" + file, "--input", "audio=" + file])
    #expect(single.map(\.sample) == ["low2"])
    expectSame(try #require(single.first), try #require(prepared["low/low2"]))
  }

  /// A run carries how raw files become arrays: elsewhere it predicts the same bytes without the dataset.
  @Test func withoutTheDataset() throws {
    func output(_ run: String) throws -> Data {
      try MediaMaker.run(
        WorkerTests.program,
        ["predict", tree.maker.file(run), "--format", "csv", "--threads", "1"]
          + ["--input", "audio=\(tree.path)/low/low2.mp4"]
          + ["--input", "visual=\(tree.path)/low/low2.mp4"])
    }
    let here = try output("run")
    let files = FileManager.default
    try files.copyItem(atPath: tree.maker.file("run"), toPath: tree.maker.file("copy"))
    _ = try MediaMaker.run(
      WorkerTests.program,
      ["export", tree.maker.file("run"), "--bundle", "--out", tree.maker.file("low.equipoise")])
    for name in ["data", "run"] {
      try files.moveItem(atPath: tree.maker.file(name), toPath: tree.maker.file("away-" + name))
    }
    #expect(try output("copy") == here)
    #expect(try output("low.equipoise") == here)
  }

  @Test func refusesAndLeavesOut() throws {
    try tree.write("no film", to: "broken.mp4")
    try tree.write(
      "visual,audio\nhigh/high0.mp4,high/high0.mp4\nbroken.mp4,low/low0.mp4\n", to: "some.csv")
    let table = tree.path + "/some.csv"
    let corrupt = try problem(["--manifest", table])
    #expect(corrupt.contains("sample '2' cannot be predicted") && corrupt.contains("broken.mp4"))
    #expect(try lines(["--manifest", table, "--max-corrupt", "1"]).map(\.sample) == ["1"])
    try tree.write("smell\nx.wav\n", to: "other.csv")
    let none = try problem(["--manifest", tree.path + "/other.csv"])
    #expect(none.contains("it has none of the modalities"))
    try tree.write("audio\nnone.wav\n", to: "other.csv")
    #expect(
      try problem(["--manifest", tree.path + "/other.csv"]).contains("cannot open 'none.wav'"))
    #expect(try problem(["--input", "audio=none.wav"]).contains("there is no such file"))
    let parts = try RunParts.trained(in: RunFolder(tree.maker.file("run")))
    let error = #expect(throws: EquipoiseError.self) {
      try MediaPredictionSource(manifest: tree.path, for: parts, media: .none)
    }
    #expect(error?.description.contains("without FFmpeg's libraries") == true)
    // A record that is not the dataset's, and none, which preparing once more brings back.
    let record = tree.maker.file("data/media.json")
    let text = try String(contentsOfFile: record, encoding: .utf8)
    try Data(text.replacing("16000", with: "8000").utf8).write(to: URL(fileURLWithPath: record))
    let own = ["--data", tree.maker.file("data"), "--manifest"]
    #expect(try problem(own + [table]).contains("is not what made the dataset"))
    try Data("{}".utf8).write(to: URL(fileURLWithPath: record))
    #expect(try problem(own + [tree.path]).contains("it is not a record of raw media"))
    try FileManager.default.removeItem(atPath: record)
    #expect(try problem(own + [tree.path]).contains("the dataset has no media.json"))
    for name in ["broken.mp4", "some.csv", "other.csv"] {
      try FileManager.default.removeItem(atPath: tree.path + "/" + name)
    }
    try tree.prepare("manifest", Self.sets)
    #expect(try String(contentsOfFile: record, encoding: .utf8) == text)
  }
}
