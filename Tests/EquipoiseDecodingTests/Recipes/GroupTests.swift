// SPDX-License-Identifier: Apache-2.0
import EquipoiseFormats
import Foundation
import EquipoiseDecoding
import Testing

import Equipoise
@testable import EquipoiseData
@testable import EquipoiseKit
@testable import EquipoisePreparation
@testable import EquipoiseRecipes

/// Speakers and the like never leak from training into another split without a word.
struct GroupTests {
  private func samples(_ rows: [(label: Int, group: String?)]) -> [RawSample] {
    rows.enumerated().map { index, row in
      RawSample(
        id: "\(index)", split: .train, label: row.label, group: row.group, files: [],
        place: "list:\(index)")
    }
  }

  private func assigned(
    _ rows: [(label: Int, group: String?)], classes: Int = 2, test: Double = 0.2,
    validation: Double = 0, keeps: Bool = true, seed: Int = 0
  ) throws -> (samples: [RawSample], notes: [String]) {
    var samples = samples(rows)
    let assignment = SplitAssignment(
      classes: (0..<classes).map { "c\($0)" }, seed: seed, keepsGroups: keeps, place: "list",
      remedy: "remedy")
    let notes = try assignment.assign(&samples, test: test, validation: validation)
    return (samples, notes)
  }

  private func leaks(_ samples: [RawSample]) -> Bool {
    Dictionary(grouping: samples.filter { $0.group != nil }) { $0.group }
      .contains { Set($0.value.map(\.split)).count > 1 }
  }

  /// One row without a group must not drop the groups of all others.
  @Test(arguments: 0..<10)
  func aRowWithoutAGroup(seed: Int) throws {
    var rows = (0..<100).map { (label: $0 % 2, group: "s\($0 / 10)" as String?) }
    rows[37].group = nil
    let (samples, _) = try assigned(rows, validation: 0.2, seed: seed)
    #expect(!leaks(samples))
    for split in Split.allCases { #expect(samples.contains { $0.split == split }) }
    let groups = try #require(SampleGroups(samples))
    #expect(groups.note == "1 of 100 samples have no group: each is taken for one of its own")
    #expect(groups.names.count == 11 && groups.names.last == "(37)")
    #expect(Set(groups.numbers).count == 11)
  }

  /// Each speaker says one word only, as clips of one film are of one class.
  @Test(arguments: 0..<10)
  func groupsInsideClasses(seed: Int) throws {
    let rows = (0..<100).map { (label: $0 / 50, group: "s\($0 / 5)" as String?) }
    let (samples, notes) = try assigned(rows, seed: seed)
    #expect(!leaks(samples) && notes.isEmpty)
    let test = samples.filter { $0.split == .test }
    #expect((0..<2).map { label in test.count { $0.label == label } } == [10, 10])
  }

  /// Speakers of several words, but of one word only one speaker beside many.
  @Test(arguments: 0..<10)
  func everyClassThatCanIsChosen(seed: Int) throws {
    // Classes 0 and 1 by ten speakers; class 2 by two of them.
    var rows = (0..<200).map { (label: $0 % 2, group: "s\($0 / 20)" as String?) }
    rows += [(2, "s3"), (2, "s3"), (2, "s8"), (2, "s8")]
    let (samples, _) = try assigned(rows, classes: 3, seed: seed)
    #expect(!leaks(samples))
    #expect(Set(samples.filter { $0.split == .test }.map(\.label)) == [0, 1, 2])
    #expect(Set(samples.filter { $0.split == .train }.map(\.label)) == [0, 1, 2])
  }

  @Test func oneGroupForEachClass() throws {
    let rows = (0..<20).map { (label: $0 / 10, group: "s\($0 / 10)" as String?) }
    let error = #expect(throws: EquipoiseError.self) { try assigned(rows) }
    #expect(
      error?.description
        == "list: no choice of whole groups for split 'test' leaves every class in training; remedy"
    )
    let (samples, notes) = try assigned(rows, keeps: false)
    #expect(notes.isEmpty && samples.count { $0.split == .test } == 4)
  }

  @Test func aClassOfOneGroupIsNamed() throws {
    let rows =
      (0..<40).map { (label: $0 / 20, group: "s\($0 / 4)" as String?) }
      + (0..<8).map { _ in (label: 2, group: "lone") }
    let (samples, notes) = try assigned(rows, classes: 3)
    #expect(!leaks(samples))
    #expect(
      notes == ["split 'test' has no sample of 'c2': no whole group of it can be spared"])
  }

  @Test func aSplitOfOneClassIsRefused() throws {
    // Only class 0 has two groups.
    let rows =
      (0..<20).map { (label: 0, group: "s\($0 / 4)" as String?) }
      + (0..<8).map { _ in (label: 1, group: "lone") }
    let error = #expect(throws: EquipoiseError.self) { try assigned(rows) }
    #expect(error?.what == "whole groups give a split 'test' of one class")
  }

  @Test func oneGroupForAll() throws {
    let (samples, notes) = try assigned((0..<20).map { (label: $0 % 2, group: "s" as String?) })
    #expect(samples.count { $0.split == .test } == 4)
    #expect(notes == ["all samples are of group 's', so it is in split 'test' and in training"])
  }

  @Test func givenSplitsAreLookedAt() {
    var samples = samples((0..<6).map { (label: $0 % 2, group: "s\($0 / 2)" as String?) })
    samples[3].split = .validation
    #expect(
      SplitNotes.of(samples, ["0", "1"]) == [
        "1 of 3 groups are in more than one split: s1",
        "no sample is for test, so training will have no test scores",
        "no sample for validation is of class '0'",
      ])
  }

  /// What is prepared tells and keeps it, and a scan finds it.
  @Test func preparedAndScanned() throws {
    let tree = try RawTree()
    try tree.put("tone.wav", at: "a.wav")
    var table = "id,label,group,audio\n"
    for index in 0..<40 { table += "x\(index),\(index % 2),s\(index / 4),a.wav\n" }
    table += "x40,0,,a.wav\n"
    try tree.write(table, to: "manifest.csv")
    let sets = ["modalities.audio={seconds: 0.1}"]
    let notes = try tree.notes("manifest", sets)
    #expect(
      notes.contains("1 of 41 samples have no group: each is taken for one of its own"))
    let data = try PreparedDataset(folder: tree.maker.file("data"))
    let groups = try Split.allCases.map { Set(try data.samples($0).groups ?? []) }
    #expect(groups.reduce(0) { $0 + $1.count } == 11)
    #expect(groups.reduce(Set()) { $0.union($1) }.count == 11)
    let media = MediaPreparation(workers: 2) { _ in FFmpegDecoder() }
    let report = try DataScan.run(tree.path, recipe: "manifest", sets: sets, media: media) { _ in }
    let finding = try #require(report.findings.first { $0.kind == .group })
    #expect(finding.subject == "x40" && finding.detail == "has no group, as 40 others have")
  }
}
