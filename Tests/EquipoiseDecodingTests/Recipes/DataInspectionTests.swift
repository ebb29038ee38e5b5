// SPDX-License-Identifier: Apache-2.0
import Equipoise
import EquipoiseFormats
import Foundation
import EquipoiseDecoding
import Testing

/// `data scan` and `data preview`.
struct DataInspectionTests {
  private let tree: RawTree
  private let media = MediaPreparation(workers: 2) { _ in FFmpegDecoder() }

  init() throws {
    tree = try RawTree()
    for (index, name) in ["a", "b", "c", "d"].enumerated() {
      try tree.make("\(name).wav", "-f lavfi -i sine=frequency=\(300 * index + 300):duration=0.4")
    }
    try tree.write("", to: "empty.wav")
    try tree.write("no sound", to: "broken.wav")
    try tree.copy("a.wav", to: "again.wav")
  }

  private func scan() throws -> ScanReport {
    try DataScan.run(tree.path, recipe: "manifest", sets: [], media: media) { _ in }
  }

  @Test func everyFaultIsFound() throws {
    try tree.write(
      "id,split,label,group,sound\na,train,up,s1,a.wav\nb,train,up,s2,b.wav\nc,test,down,s1,c.wav\n"
        + "d,test,up,s3,again.wav\ne,train,up,s4,empty.wav\nf,train,up,s5,broken.wav\n"
        + "g,train,up,s6,none.wav\nb,train,up,s2,d.wav\n", to: "manifest.csv")
    let report = try scan()
    #expect((report.samples, report.files) == (8, 7))
    #expect(report.counts["train"] == [0, 6] && report.counts["test"] == [1, 1])
    #expect(
      report.findings.map { "\($0.kind.rawValue) \($0.subject)" } == [
        "missing g", "empty e", "corrupt f", "duplicate b", "leak d", "leak s1", "group down",
        "absent down",
      ])
    #expect(report.findings.first { $0.subject == "d" }?.detail.contains("'a'") == true)
  }

  /// No fault hides another, be it of the list or of the folder.
  @Test func aScanGoesOn() throws {
    try tree.write(
      "id,split,label,sound\na,train,up,a.wav\nb,trian,up,b.wav\nc,train,,c.wav\nd,train,up,../d.wav\n"
        + "e,test,up,broken.wav\n", to: "manifest.csv")
    let report = try scan()
    let found = report.findings.map { "\($0.kind.rawValue) \($0.detail)" }
      .map { $0.replacing(tree.path, with: "RAW") }
    #expect(found.count == 5)
    #expect(
      found[0].hasPrefix("list RAW/manifest.csv:3: 'trian' is not a split; did you mean 'train'?"))
    #expect(found[1].hasPrefix("list RAW/manifest.csv:4: the sample has no label"))
    #expect(
      found[2].hasPrefix("list RAW: all samples are of one class, 'up'")
        || found[2].hasPrefix("list RAW/manifest.csv: all samples are of one class, 'up'"))
    #expect(found[3].hasPrefix("list RAW/manifest.csv:5: the path '../d.wav' has '..' in it"))
    #expect(found[4].contains("broken.wav"))
    let none = try DataScan.run(
      tree.path + "/nothing", recipe: "manifest", sets: [], media: media
    ) { _ in }
    #expect(none.findings.count == 1 && none.findings[0].detail.contains("No such file"))
  }

  @Test func aScanOfFoldersTellsAll() throws {
    let own = try RawTree()
    try own.put("tone.wav", at: "yes/1.wav", "no/1.wav", "no/2.wav")
    try own.write("", to: "no/1.mp3")
    try own.write("", to: "yes/notes.txt")
    try own.write("", to: "no/3.heic")
    try own.folder("maybe")
    let report = try DataScan.run(own.path, recipe: "manifest", sets: [], media: media) { _ in }
    let lists = report.findings.filter { $0.kind == .list }.map(\.detail)
    #expect(lists.count == 3)
    #expect(lists[0].contains("is of a kind that is not read: 'no/3.heic'"))
    #expect(lists[1].contains("two files are the audio of one sample 'no/1'"))
    #expect(lists[2].contains("class 'maybe' has no media file"))
    #expect(report.notes.first == "read as CLASS: 2 classes, 3 samples")
    #expect(report.notes.contains { $0.contains("'yes/notes.txt'") })
  }

  @Test func statusAndJSON() throws {
    try tree.write(
      "id,split,label,sound\na,train,up,a.wav\nb,train,down,b.wav\nc,test,up,c.wav\n",
      to: "manifest.csv")
    #expect(try scan().findings.isEmpty)
    let output = try MediaMaker.run(WorkerTests.program, ["data", "scan", tree.path, "--json"])
    #expect(try JSONDecoder().decode([ScanReport].self, from: output).first?.samples == 3)
    try tree.write("id,label,sound\na,up,none.wav\nb,down,b.wav\n", to: "manifest.csv")
    let process = Process()
    process.executableURL = URL(fileURLWithPath: WorkerTests.program)
    process.arguments = ["data", "scan", tree.path]
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 1)
  }

  /// Names of samples lead to no other folder, and two that look alike in a file's name are two files.
  @Test func soundsAreCalledApart() throws {
    let long = String(repeating: "x", count: 300)
    try tree.write(
      "id,split,label,sound\n../a,train,up,a.wav\n.._a,train,up,b.wav\n.._A,train,up,c.wav\n"
        + "\(long),train,down,d.wav\n", to: "manifest.csv")
    let sheet = tree.maker.file("sheet")
    let files = try DataPreview.write(
      tree.path, to: sheet, recipe: "manifest", sets: [], perClass: 3, media: media)
    let sounds = files.filter { $0.hasSuffix(".wav") }
    #expect(sounds.count == 4 && Set(sounds.map { $0.lowercased() }).count == 4)
    #expect(sounds.allSatisfy { ($0 as NSString).deletingLastPathComponent == sheet })
    #expect(sounds.contains(sheet + "/up-___a.wav") && sounds.contains(sheet + "/up-___a-2.wav"))
  }

  @Test func sheetsAndSounds() throws {
    try tree.make("v.mp4", "-f lavfi -i testsrc=size=64x48:rate=10:duration=1 -pix_fmt yuv420p")
    try tree.write(
      "id,split,label,sound,film\na,train,up,a.wav,v.mp4\nb,train,down,b.wav,v.mp4\n",
      to: "manifest.csv")
    let sheet = tree.maker.file("sheet")
    let files = try DataPreview.write(
      tree.path, to: sheet, recipe: "manifest", sets: ["modalities.film={size: 20}"], perClass: 2,
      media: media)
    #expect(
      files.map { ($0 as NSString).lastPathComponent }
        == ["film.png", "sound.png", "down-b.wav", "up-a.wav", "index.csv"])
    // Two rows of three frames of 20 pixels, 4 between them.
    #expect(try FFmpegDecoder().image(sheet + "/film.png").shape == [44, 68, 3])
    let sound = try FFmpegDecoder().audio(sheet + "/up-a.wav", sampleRate: 16_000)
    #expect(sound.count == 6400)
  }
}
