// SPDX-License-Identifier: Apache-2.0
import EquipoiseFormats
import Foundation
import EquipoiseDecoding
import Testing

import Equipoise
@testable import EquipoisePreparation
@testable import EquipoiseSettings

/// What of a folder may be meant otherwise, or was lost, is said.
struct FolderDoubtTests {
  private let tree: RawTree

  init() throws { tree = try RawTree() }

  private func listed(_ sets: [String] = []) throws -> ListedSamples { try tree.listed(sets) }

  private func fill(_ names: [String]) throws {
    for name in names {
      if name.hasSuffix("/") { try tree.folder(name) } else { try tree.write("", to: name) }
    }
  }

  @Test func moreSpeakersThanClassesAreAskedAbout() throws {
    try fill(
      ["anna", "bernd", "clara"].flatMap { name in
        ["happy", "sad"].map { "\(name)/\($0)/0.wav" }
      })
    let error = #expect(throws: EquipoiseError.self) { try listed() }
    #expect(error?.what.contains("either may be the classes") == true)
    let rows = try listed(["levels=[group, class]"]).rows
    #expect(Set(rows.map(\.label)) == ["happy", "sad"])
    #expect(Set(rows.map { $0.group ?? "" }) == ["anna", "bernd", "clara"])
  }

  @Test func fewClassesWithManySpeakersAreRead() throws {
    try fill(
      ["happy", "sad"].flatMap { name in
        ["anna", "bernd", "clara"].map { "\(name)/\($0)/0.wav" }
      })
    #expect(Set(try listed().rows.map(\.label)) == ["happy", "sad"])
  }

  @Test func emptyFoldersAreNamed() throws {
    try fill(["yes/anna/1.wav", "yes/dan/", "no/anna/2.wav", "no/bea/.DS_Store"])
    let notes = try listed().notes
    #expect(notes.contains("left out: 2 folders are empty: 'no/bea', 'yes/dan'"), "\(notes)")
  }

  @Test func anEmptyClassIsNamedWhereItIsLeftOut() throws {
    try fill(["yes/1.wav", "no/2.wav", "maybe/"])
    #expect(
      try listed(["expectCounts=false"]).notes.contains("left out: 1 folder is empty: 'maybe'"))
  }

  @Test func soundOfAnotherNameIsSound() throws {
    for name in ["yes/1", "yes/2", "no/3", "no/4"] {
      try tree.put("sounding.mp4", at: "cam/\(name).mp4")
      try tree.write("", to: "mic/\(name).wav")
    }
    #expect(try listed(["levels=[modality, class]"]).modalities == ["cam", "mic"])
  }

  @Test func spellingsOfOneClassAreRefused() throws {
    for pair in [["yes", "Yes"], ["no", "no "]] {
      #expect(throws: EquipoiseError.self) {
        try ClassLabels.refuseSpellings(folders: pair + ["other"], at: "RAW")
      }
    }
    try ClassLabels.refuseSpellings(folders: ["yes", "no", "yes"], at: "RAW")
  }

  @Test func classesThatASplitLacksAreNamed() {
    func sample(_ split: Split, _ label: Int) -> RawSample {
      RawSample(id: "\(split)\(label)", split: split, label: label, files: [], place: "")
    }
    let samples = [
      sample(.train, 0), sample(.train, 1), sample(.test, 1), sample(.validation, 0),
      sample(.validation, 1),
    ]
    #expect(SplitNotes.of(samples, ["no", "yes"]) == ["no sample for test is of class 'no'"])
  }

  @Test func predictNamesARemedyThatItHas() throws {
    var leftOut = LeftOut()
    leftOut.add(.unreadMedia, "a.heic")
    let fault = leftOut.faults(at: "RAW", leaving: "move them out of the folder").first
    #expect(fault?.remedy?.contains("or move them out of the folder") == true)
    #expect(fault?.remedy?.contains("--set") == false)
  }
}
