// SPDX-License-Identifier: Apache-2.0
import Equipoise
import EquipoiseFormats
import Foundation
import EquipoiseDecoding
import Testing

/// `data scan` finds what is damaged, and `prepare` stops at it or leaves it out.
struct DamageScanTests {
  private let tree: RawTree
  private let media = MediaPreparation(workers: 2) { _ in FFmpegDecoder() }

  init() throws { tree = try RawTree() }

  private func write(_ bytes: [UInt8], cutTo percent: Int, isZeroFilled: Bool, as name: String)
    throws
  {
    let kept = bytes.count * percent / 100
    let zeros = [UInt8](repeating: 0, count: isZeroFilled ? bytes.count - kept : 0)
    _ = try tree.maker.write(bytes.prefix(kept) + zeros, to: "raw/" + name)
  }

  /// Writes a manifest of one column and scans it.
  private func findings(_ files: [String], _ column: String) throws -> [String: ScanReport.Finding]
  {
    let rows = files.map { "\($0),train,\($0.hasPrefix("whole") ? "up" : "down"),\($0)\n" }
    try tree.write("id,split,label,\(column)\n" + rows.joined(), to: "manifest.csv")
    let sets = ["modalities.\(column)={size: 8}"]
    let report = try DataScan.run(tree.path, recipe: "manifest", sets: sets, media: media) { _ in }
    return Dictionary(report.findings.map { ($0.subject, $0) }) { first, _ in first }
  }

  private func bytes(_ name: String, of kinds: [(String, String)]) throws -> [UInt8] {
    try MediaKinds.bytes(#require(kinds.first { $0.0 == name }), tree.maker)
  }

  @Test func everyKindOfDamageIsFound() throws {
    let videos = ["a.mkv", "a.webm", "a.avi", "a.flv", "a.ts", "front.mp4"]
    var files: [String] = []
    for name in videos {
      let bytes = try bytes(name, of: MediaKinds.videos)
      _ = try tree.maker.write(bytes, to: "raw/whole-\(name)")
      files.append("whole-\(name)")
      for isZeroFilled in [false, true] {
        let file = "\(isZeroFilled ? "zeros" : "cut")-\(name)"
        try write(
          bytes, cutTo: name == "front.mp4" ? 60 : 30, isZeroFilled: isZeroFilled, as: file)
        files.append(file)
      }
    }
    let found = try findings(files, "film")
    #expect(Set(found.keys) == Set(files.filter { !$0.hasPrefix("whole") }))
    #expect(found.values.allSatisfy { $0.kind == .damaged })
    let cut = try #require(found["cut-front.mp4"]?.detail)
    let count = try MediaMaker.rawFrames(tree.path + "/cut-front.mp4").count / (3 * 96 * 64)
    #expect(cut.contains("cut-front.mp4: it is damaged: \(count) of 50 frames are there; "))
  }

  @Test func picturesThatAreCutOff() throws {
    let picture = try bytes("a.jpg", of: MediaKinds.pictures)
    let other = try bytes("a.webp", of: MediaKinds.pictures)
    _ = try tree.maker.write(picture, to: "raw/whole.jpg")
    _ = try tree.maker.write(other, to: "raw/whole.webp")
    var files = ["whole.jpg", "whole.webp"]
    for percent in [5, 30, 50, 70, 90] {
      for (bytes, ending) in [(picture, "jpg"), (other, "webp")] {
        files += ["cut\(percent).\(ending)", "zeros\(percent).\(ending)"]
        try write(bytes, cutTo: percent, isZeroFilled: false, as: "cut\(percent).\(ending)")
        try write(bytes, cutTo: percent, isZeroFilled: true, as: "zeros\(percent).\(ending)")
      }
    }
    let found = try findings(files, "picture")
    #expect(Set(found.keys) == Set(files.dropFirst(2)))
    #expect(found.values.allSatisfy { [.damaged, .corrupt].contains($0.kind) })
  }

  @Test func damagedSamplesStopOrAreLeftOut() throws {
    let bytes = try bytes("front.mp4", of: MediaKinds.videos)
    _ = try tree.maker.write(bytes, to: "raw/a.mp4")
    try tree.copy("a.mp4", to: "b.mp4")
    try write(bytes, cutTo: 60, isZeroFilled: false, as: "c.mp4")
    try tree.write(
      "id,split,label,film\na,train,up,a.mp4\nb,train,down,b.mp4\nc,train,up,c.mp4\n",
      to: "manifest.csv")
    let sets = ["modalities.film={size: 8}"]
    let problem = try #require(tree.problem("manifest", sets))
    #expect(problem.contains("sample 'c' cannot be prepared: "))
    #expect(problem.contains("c.mp4: it is damaged: "))
    let data = try tree.prepare("manifest", sets, maxCorrupt: 1)
    #expect(try data.samples(.train).count == 2)
    let list = try String(contentsOfFile: data.folder + "/corrupt.csv", encoding: .utf8)
    #expect(list.contains("it is damaged: "))
  }

  /// What is doubtful is used, said and listed, also when the parts are there already.
  @Test func doubtfulSamplesAreListed() throws {
    try tree.make("a.wav", "-f lavfi -i aevalsrc=0.5*sin(2000*t)|-0.5*sin(2000*t):d=0.4:s=16000")
    try tree.make("b.wav", "-f lavfi -i sine=duration=0.4")
    try tree.write(
      "id,split,label,sound\na,train,up,a.wav\nb,train,down,b.wav\n", to: "manifest.csv")
    for name in ["one", "two"] {
      var notes: [String] = []
      let data = try tree.prepare(
        "manifest", to: "data", name == "one" ? [] : ["classes=[up, down]"]
      ) {
        if case .note(let text) = $0 { notes.append(text) }
      }
      let note = try #require(notes.first { $0.contains("doubtful") })
      #expect(note.hasPrefix("1 sample is used but doubtful, listed in "))
      #expect(note.contains("'a'") && note.contains("2 channels are in opposite phase"))
      let list = try String(contentsOfFile: data.folder + "/warnings.csv", encoding: .utf8)
      #expect(list.contains("opposite phase") && !list.contains("b.wav"))
    }
    let report = try DataScan.run(tree.path, recipe: "manifest", sets: [], media: media) { _ in }
    #expect(report.findings.map(\.kind) == [.doubtful] && report.findings[0].subject == "a")
  }
}
