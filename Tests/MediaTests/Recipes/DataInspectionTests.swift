import Equipoise
import Formats
import Foundation
import Media
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
        "missing g", "empty e", "corrupt f", "duplicate b", "leak d", "leak s1", "absent down",
      ])
    #expect(report.findings.first { $0.subject == "d" }?.detail.contains("'a'") == true)
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
