// SPDX-License-Identifier: Apache-2.0
import Equipoise
import EquipoiseFormats
import Foundation
import Testing

/// Anyone's own media: manifests and class folders, and what is wrong with them.
struct ManifestRecipeTests {
  private let tree: RawTree

  init() throws {
    tree = try RawTree()
    for (index, name) in ["a", "b", "c", "d"].enumerated() {
      try tree.make("\(name).wav", "-f lavfi -i sine=frequency=\(300 * index + 300):duration=0.4")
      try tree.make("\(name).png", "-f lavfi -i color=red:size=20x\(10 + index) -frames:v 1")
    }
  }

  private static let small = ["modalities.sound={seconds: 0.5}", "modalities.photo={size: 16}"]
  private static let header = "id,split,label,group,sound,photo\n"

  @Test func tableAndLinesAgree() throws {
    try tree.write(
      Self.header + "a,train,up,s1,a.wav,a.png\nb,train,down,s2,b.wav,b.png\n"
        + "c,val,up,s3,c.wav,c.png\nd,test,down,s4,d.wav,d.png\n", to: "manifest.csv")
    let table = try tree.prepare("manifest", to: "table", Self.small)
    #expect(table.description.classes == ["down", "up"])
    #expect(table.description.modalities["sound"]?.shape == [1, 257, 32])
    #expect(table.description.modalities["photo"]?.shape == [3, 16, 16])
    #expect(try table.samples(.train).labels == [1, 0])
    #expect(try table.samples(.validation).id(of: 0) == "c")
    var lines = ""
    for (id, split, label) in [
      ("a", "train", "up"), ("b", "train", "down"), ("c", "val", "up"), ("d", "test", "down"),
    ] {
      lines +=
        "{\"id\": \"\(id)\", \"split\": \"\(split)\", \"label\": \"\(label)\", \"group\": \"\(id)\", "
        + "\"sound\": \"\(id).wav\", \"photo\": \"\(id).png\"}\n"
    }
    try tree.write(lines, to: "other.jsonl")
    let listed = try tree.prepare("manifest", to: "lines", Self.small + ["manifest=other.jsonl"])
    let bytes = try [table, listed].map {
      try Data(contentsOf: URL(fileURLWithPath: $0.folder + "/train-00000.safetensors"))
    }
    #expect(bytes[0] == bytes[1])
  }

  @Test func groupsStayTogetherWithoutSplits() throws {
    var rows = "label,group,sound\n"
    for index in 0..<20 {
      rows += "\(index % 2),s\(index / 4),\(["a", "b", "c", "d"][index % 4]).wav\n"
    }
    try tree.write(rows, to: "manifest.csv")
    let sets = ["modalities.sound={seconds: 0.1}", "validationShare=0.2"]
    let data = try tree.prepare("manifest", sets)
    let groups = try Split.allCases.map { Set(try data.samples($0).groups ?? []) }
    #expect(groups.map(\.count) == [3, 1, 1])
    #expect(groups.reduce(Set()) { $0.union($1) }.count == 5)
    #expect(try data.samples(.train).id(of: 0).count == 2)
  }

  /// The layout that README shows under "Your own data".
  @Test func classFoldersIntoTraining() throws {
    let readme = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appending(path: "../../../README.md")
    #expect(
      try String(contentsOf: readme, encoding: .utf8)
        .contains("(`clips/yes/1.mp4`, `clips/no/2.mp4`"))
    let own = try RawTree()
    for (label, tone) in [("no", 1500), ("yes", 200)] {
      for index in 0..<5 {
        try own.make(
          "\(label)/\(index).mp4",
          "-f lavfi -i testsrc=size=32x24:rate=10:duration=0.5 -f lavfi -i "
            + "sine=frequency=\(tone + index):duration=0.5 -c:v libx264 -preset ultrafast "
            + "-pix_fmt yuv420p -c:a aac")
      }
    }
    let sets = ["modalities.audio={seconds: 0.5}", "modalities.visual={size: 32}"]
    let data = try own.prepare("manifest", sets)
    #expect(data.description.modalities["audio"]?.kind == .spectrogram)
    #expect(data.description.modalities["visual"]?.shape == [3, 3, 32, 32])
    #expect(try data.samples(.test).labels == [0, 1])
    try own.train()
  }

  @Test(
    arguments: [
      ("x,train,up,s,../a.wav,a.png", "manifest.csv:2: the path '../a.wav' has '..' in it"),
      ("x,train,up,s,out.wav,a.png", "manifest.csv:2: the path 'out.wav' leads out of the folder"),
      ("x,train,up,s,/etc/passwd,a.png", "leads out of the folder, to /etc/passwd"),
      ("x,train,up,s,,a.png", "manifest.csv:2: column 'sound' is empty"),
      ("x,train,up,s,none.wav,a.png", "missing: x (none.wav)"),
      ("x,trian,up,s,a.wav,a.png", "manifest.csv:2: 'trian' is not a split; did you mean 'train'?"),
      ("x,train,,s,a.wav,a.png", "manifest.csv:2: the sample has no label"),
      ("x,train,up,s,a.xyz,a.png", "it is not clear what 'a.xyz' in column 'sound' is"),
      ("x,train,up,s,a.png,a.png", "a.png"),
      ("x,train,up,s,a.wav", "line 2 has 5 cells, the header has 6"),
      ("y,train,up,s,a.wav,a.png", "two samples are called 'y'"),
      ("x,train,up,s,empty.wav,a.png", "empty.wav"),
    ])
  func badRows(row: String, problem: String) throws {
    try tree.write("", to: "empty.wav")
    try FileManager.default.createSymbolicLink(
      atPath: tree.path + "/out.wav", withDestinationPath: "/etc/passwd")
    try tree.write(Self.header + row + "\ny,train,down,s,b.wav,b.png\n", to: "manifest.csv")
    // A sound where an image is: the column's kind has to be that of the first row.
    let sets = row.contains("a.png,a.png") ? ["modalities.sound={kind: spectrogram}"] : []
    let found = try #require(tree.problem("manifest", Self.small.suffix(sets.count) + sets))
    #expect(found.contains(problem), "\(found)")
    #expect(!FileManager.default.fileExists(atPath: tree.maker.file("refused")))
  }

  @Test func corruptFilesAreCountedAndListed() throws {
    try tree.write("no sound", to: "broken.wav")
    try tree.write(
      "id,split,label,sound\na,train,up,a.wav\nx,train,up,broken.wav\nb,train,down,b.wav\n",
      to: "manifest.csv")
    let sets = ["modalities.sound={seconds: 0.5}"]
    let problem = try #require(tree.problem("manifest", sets))
    #expect(problem.contains("sample 'x' cannot be prepared") && problem.contains("broken.wav"))
    let data = try tree.prepare("manifest", sets, maxCorrupt: 1)
    #expect(try data.samples(.train).count == 2)
    let report = try String(contentsOfFile: data.folder + "/corrupt.csv", encoding: .utf8)
    #expect(report.split(separator: "\n").count == 2 && report.contains("\nx,train,sound,"))
    // What was allowed before is not allowed now, though nothing else changed.
    #expect(throws: EquipoiseError.self) { try tree.prepare("manifest", sets) }
  }

  @Test func withoutADecoder() throws {
    try tree.write(
      Self.header + "a,train,up,s,a.wav,a.png\nb,train,down,s,a.wav,a.png\n", to: "manifest.csv")
    let error = #expect(throws: EquipoiseError.self) {
      try RecipeCatalogue.standard.prepare(
        "manifest", input: tree.path, output: tree.maker.file("data"))
    }
    #expect(error?.description.contains("apt-get install libavformat-dev") == true)
  }
}
