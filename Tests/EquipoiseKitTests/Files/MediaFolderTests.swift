// SPDX-License-Identifier: Apache-2.0
import EquipoiseTestSupport
import Foundation
import Testing

@testable import EquipoiseKit

/// Names that stay in the folder are found; whatever leads out is refused.
struct MediaFolderTests {
  private let temporary: TemporaryFolder
  private let folder: MediaFolder
  private let outside: String

  init() throws {
    temporary = try TemporaryFolder()
    let manager = FileManager.default
    try manager.createDirectory(
      atPath: temporary.file("data/clips"), withIntermediateDirectories: true)
    try manager.createDirectory(
      atPath: temporary.file("data-other"), withIntermediateDirectories: true)
    outside = try temporary.write("secret", to: "data-other/secret.wav")
    _ = try temporary.write("clip", to: "data/clips/a.wav")
    folder = try MediaFolder(temporary.file("data"))
  }

  private func link(_ name: String, to target: String) throws {
    try FileManager.default.createSymbolicLink(
      atPath: folder.path + "/" + name, withDestinationPath: target)
  }

  @Test func insideIsFound() throws {
    let clip = folder.path + "/clips/a.wav"
    #expect(try folder.resolve("clips/a.wav") == clip)
    #expect(try folder.resolve("./clips//a.wav") == clip)
    #expect(try folder.resolve(clip) == clip)
    try link("inside.wav", to: "clips/a.wav")
    #expect(try folder.resolve("inside.wav") == clip)
  }

  @Test func linksOutAreRefused() throws {
    try link("out.wav", to: outside)
    try link("folder", to: temporary.file("data-other"))
    for name in ["out.wav", "folder/secret.wav", outside, "/etc/passwd"] {
      let error = message { _ = try folder.resolve(name, namedIn: "manifest.csv:3") }
      #expect(error?.hasPrefix("manifest.csv:3: the path '\(name)' leads out") == true)
    }
  }

  @Test func parentFoldersAreRefused() {
    for name in ["../data-other/secret.wav", "clips/../clips/a.wav", ".."] {
      #expect(message { _ = try folder.resolve(name) }?.contains("has '..' in it") == true)
    }
    #expect(message { _ = try folder.resolve("") }?.contains("empty") == true)
  }

  /// macOS decomposes names, so lists and files that came by different ways differ in form alone.
  @Test func eitherUnicodeFormIsFound() throws {
    let (composed, decomposed) = (
      "caf\u{e9}/\u{e9}t\u{e9}.wav", "cafe\u{301}/e\u{301}te\u{301}.wav"
    )
    try FileManager.default.createDirectory(
      atPath: folder.path + "/cafe\u{301}", withIntermediateDirectories: true)
    _ = try temporary.write("clip", to: "data/" + decomposed)
    for name in [composed, decomposed, folder.path + "/" + composed] {
      let found = try folder.resolve(name, namedIn: "list:1")
      #expect(Array(found.utf8) == Array((folder.path + "/" + decomposed).utf8))
      #expect(try folder.holds(name, namedIn: "list:1"))
    }
    #expect(try !folder.holds("caf\u{e9}/no.wav", namedIn: "list:1"))
    #expect(
      message { _ = try folder.resolve("caf\u{e9}/\u{c9}T\u{c9}.WAV", namedIn: "list:1") }
        == "list:1: cannot open 'caf\u{e9}/\u{c9}T\u{c9}.WAV': No such file or directory; "
        + "did you mean '\u{e9}t\u{e9}.wav'?")
  }

  @Test func whatIsMissingIsNamed() {
    #expect(message { _ = try folder.resolve("no.wav") }?.contains("No such file") == true)
    #expect(message { _ = try MediaFolder("/no/such") }?.contains("No such file") == true)
    #expect(message { _ = try MediaFolder(outside) }?.contains("not a folder") == true)
  }
}
