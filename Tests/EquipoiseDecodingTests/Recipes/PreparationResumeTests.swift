// SPDX-License-Identifier: Apache-2.0
import EquipoiseFormats
import Foundation
import Testing

import Equipoise
@testable import EquipoiseKit
@testable import EquipoisePreparation

/// What is finished is kept: through kill -9, a second run and a changed option.
struct PreparationResumeTests {
  private let tree: RawTree

  init() throws {
    tree = try RawTree()
    try tree.make(
      "up/0.mp4",
      "-f lavfi -i testsrc=size=64x48:rate=10:duration=2 -f lavfi -i sine=duration=2 "
        + "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -c:a aac")
    for index in 1..<20 {
      try tree.copy("up/0.mp4", to: "\(index.isMultiple(of: 2) ? "up" : "down")/\(index).mp4")
    }
  }

  private let sets = ["modalities.visual={frames: 16}", "modalities.audio={seconds: 1}"]
  private var parts: String { tree.maker.file("data.parts") }

  private func arguments(_ output: String) -> [String] {
    ["prepare", "manifest", "--input", tree.path, "--out", tree.maker.file(output), "--quiet"]
      + ["--workers", "1"] + sets.flatMap { ["--set", $0] }
  }

  /// When each finished part was written.
  private func partTimes() throws -> [String: Date] {
    let names = try FileManager.default.contentsOfDirectory(atPath: parts)
      .filter { $0.hasSuffix(".safetensors") }
    return Dictionary(
      uniqueKeysWithValues: try names.map { name in
        let attributes = try FileManager.default.attributesOfItem(atPath: parts + "/" + name)
        return (name, try #require(attributes[.modificationDate] as? Date))
      })
  }

  private func content(_ output: String) throws -> [String: Data] {
    let folder = tree.maker.file(output)
    return Dictionary(
      uniqueKeysWithValues: try FileManager.default.contentsOfDirectory(atPath: folder).map {
        ($0, try Data(contentsOf: URL(fileURLWithPath: folder + "/" + $0)))
      })
  }

  @Test func killedRunsGoOn() throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: WorkerTests.program)
    process.arguments = arguments("data")
    process.standardError = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    while process.isRunning, (try? partTimes())?.count ?? 0 < 2 { usleep(1000) }
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    let before = try partTimes()
    #expect(!FileManager.default.fileExists(atPath: tree.maker.file("data")))
    #expect((2..<8).contains(before.count))
    _ = try MediaMaker.run(WorkerTests.program, arguments("data"))
    let after = try partTimes()
    #expect(after.count == 8)
    for (name, time) in before { #expect(after[name] == time) }
    _ = try MediaMaker.run(WorkerTests.program, arguments("whole"))
    #expect(try content("data") == content("whole"))
  }

  @Test func onlyWhatDependsOnAnOptionIsMadeAnew() throws {
    try tree.prepare("manifest", sets)
    let (first, data) = (try partTimes(), try content("data"))
    #expect(
      try tree.notes("manifest", sets).last
        == "\(tree.maker.file("data")) is up to date: nothing to do")
    #expect(try content("data") == data)
    let changed = ["modalities.visual={frames: 16}", "modalities.audio={seconds: 0.5}"]
    try tree.prepare("manifest", changed)
    let second = try partTimes()
    #expect(second.count == first.count)
    for (name, time) in first where name.hasPrefix("visual") { #expect(second[name] == time) }
    #expect(Set(first.keys.filter { $0.hasPrefix("audio") }).isDisjoint(with: second.keys))
    #expect(try content("data") != data)
    try tree.prepare("manifest", sets)
    #expect(try content("data") == data)
  }

  /// Another content of the same size with the old time, as some programs put back: noticed without being
  /// asked by the time that no program can set, and with `--verify` by content alone.
  @Test func replacedFilesAreNoticed() throws {
    let own = try RawTree()
    try own.put("tone.wav", at: "a/1.wav", "a/2.wav", "b/1.wav", "b/2.wav")
    let sets = ["modalities.audio={seconds: 0.2}"]
    try own.prepare("manifest", sets)
    let file = own.path + "/a/1.wav"
    let before = try Data(contentsOf: URL(fileURLWithPath: file))
    let date = try FileManager.default.attributesOfItem(atPath: file)[.modificationDate] as? Date
    let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: file))
    try handle.seek(toOffset: 1000)
    try handle.write(contentsOf: Data(repeating: 7, count: 5000))
    try handle.close()
    try FileManager.default.setAttributes(
      [.modificationDate: try #require(date)], ofItemAtPath: file)
    #expect(try Data(contentsOf: URL(fileURLWithPath: file)).count == before.count)
    #expect(!(try own.notes("manifest", sets)).contains { $0.contains("up to date") })
    #expect(try own.notes("manifest", sets).contains { $0.hasSuffix("up to date: nothing to do") })
    #expect(
      try own.notes("manifest", sets, verify: true).contains {
        $0.hasSuffix(
          "up to date, and the files have the content that it was made of: nothing to do")
      })
    // Parts of files with another content, though size and times agree, as after a disk's fault.
    let parts = own.maker.file("data.parts")
    for name in try FileSystem.names(in: parts) where name.hasSuffix(".safetensors") {
      let array = try SafetensorsFile(path: parts + "/" + name).array("input")
      try MediaPartContent(array: array, corrupt: [:], sources: "others")
        .write(to: parts + "/" + name)
    }
    #expect(try own.notes("manifest", sets).contains { $0.hasSuffix("up to date: nothing to do") })
    #expect(!(try own.notes("manifest", sets, verify: true)).contains { $0.contains("up to date") })
    #expect(try own.notes("manifest", sets, verify: true).contains { $0.contains("up to date") })
  }

  @Test func aDamagedPartIsMadeAnew() throws {
    try tree.prepare("manifest", sets)
    let data = try content("data")
    let name = try #require(try partTimes().keys.sorted().first)
    let file = try FileHandle(forWritingTo: URL(fileURLWithPath: parts + "/" + name))
    try file.seek(toOffset: try file.seekToEnd() - 5)
    try file.write(contentsOf: [1, 2, 3])
    try file.close()
    try FileManager.default.removeItem(atPath: tree.maker.file("data"))
    try tree.prepare("manifest", sets)
    #expect(try content("data") == data)
  }

  @Test func whatOthersMadeIsLeftAlone() throws {
    try FileManager.default.createDirectory(
      atPath: tree.maker.file("data/mine"), withIntermediateDirectories: true)
    let error = #expect(throws: EquipoiseError.self) { try tree.prepare("manifest", sets) }
    #expect(error?.what.contains("something at this path already") == true)
  }
}
