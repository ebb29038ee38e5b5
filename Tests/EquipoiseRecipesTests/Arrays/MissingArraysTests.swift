// SPDX-License-Identifier: Apache-2.0
import EquipoiseTestSupport
import Foundation
import Testing

@testable import EquipoiseData
@testable import EquipoiseFormats
@testable import EquipoiseKit
@testable import EquipoisePreparation
@testable import EquipoiseRecipes

/// Arrays of which some samples lack some.
struct MissingArraysTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try FileManager.default.createDirectory(
      atPath: folder.file("in"), withIntermediateDirectories: true)
    // Row 3 of `a` and row 5 of `b` are not numbers.
    var first = (0..<12).map(Float.init)
    first[6] = .nan
    try NPY.write(HostArray(floats: first, shape: [6, 2]), to: folder.file("in/a.npy"))
    try NPY.write(
      HostArray(floats: [10, 11, 12, 13, 14, .infinity], shape: [6, 1]),
      to: folder.file("in/b.npy"))
    let rows = (0..<6).map { "\($0 % 2),\($0 < 4 ? "train" : "test")\n" }
    try Data(("label,split\n" + rows.joined()).utf8).write(
      to: URL(fileURLWithPath: folder.file("in/meta.csv")))
  }

  private func write(present: [Float], of name: String) throws {
    try NPY.write(
      HostArray(floats: present, shape: [present.count]),
      to: folder.file("in/\(name).present.npy"))
  }

  private func prepare(
    _ sets: [String] = [], maxCorrupt: Int = 0, note: @escaping (String) -> Void = { _ in }
  ) throws -> PreparedDataset {
    let output = folder.file("out-\(sets.count)-\(maxCorrupt)")
    try? FileManager.default.removeItem(atPath: output)
    try RecipeCatalogue.standard.prepare(
      "arrays", input: folder.file("in"), output: output, sets: sets + ["standardise=false"],
      media: MediaPreparation(maxCorrupt: maxCorrupt) { _ in
        throw EquipoiseError(.usage, "no decoder")
      }
    ) { event in
      if case .note(let text) = event { note(text) }
    }
    return try PreparedDataset(folder: output)
  }

  private func message(_ body: () throws -> Void) -> String {
    #expect(throws: EquipoiseError.self, performing: body)?.description ?? ""
  }

  /// The files beside the arrays say what is there; what stands in the arrays then is not looked at.
  @Test func filesSayWhatIsPresent() throws {
    try write(present: [1, 0, 1, 0, 1, 1], of: "a")
    try write(present: [1, 1, 0, 1, 1, 0], of: "b")
    var notes: [String] = []
    let dataset = try prepare { notes.append($0) }
    let (train, test) = (try dataset.samples(.train), try dataset.samples(.test))
    #expect(dataset.modalities.map(\.name) == ["a", "b"])
    #expect(train.present == [[true, false, true, false], [true, true, false, true]])
    #expect(test.present[1] == [true, false])
    #expect(notes.contains("2 samples of 6 lack 'a'") && notes.contains("2 samples of 6 lack 'b'"))
    let named = try prepare(["modalities.a.present=a.present.npy", "modalities.b.file=b.npy"])
    #expect(try named.samples(.train).present == train.present)
  }

  /// In an npz file the array `a.present` beside `a`, or `KEY.present` beside that of a key.
  @Test(arguments: ["", "x"])
  func anArchiveSaysWhatIsPresent(key: String) throws {
    let name = key.isEmpty ? "a" : key
    try StoredArchive.write(
      [
        (name, HostArray(floats: [0, 0, .nan, 0, 1, 1], shape: [6, 1])),
        (name + ".present", HostArray(uint8s: [1, 0, 0, 1, 1, 1], shape: [6])),
        (name + ".other", HostArray(uint8s: [0, 0, 0, 0, 0, 0], shape: [6])),
      ], to: folder.file("in/both.npz"))
    try write(present: [1, 1, 1, 1, 1, 0], of: "b")
    let settings =
      ["modalities.a.file=both.npz", "modalities.b.file=b.npy"]
      + (key.isEmpty ? [] : ["modalities.a.key=\(key)"])
    let dataset = try prepare(settings)
    #expect(
      try dataset.samples(.train).present[0] == [true, false, false, true])
    #expect(try dataset.samples(.test).present[1] == [true, false])
    // What is set goes before it.
    try write(present: [1, 1, 0, 1, 1, 1], of: "a")
    let named = try prepare(settings + ["modalities.a.present=a.present.npy"])
    #expect(try named.samples(.train).present[0] == [true, true, false, true])
  }

  /// What is said of a modality is of the samples that are used.
  @Test func rowsThatAreLeftOutDoNotCount() throws {
    try write(present: [1, 0, 1, 0, 1, 1], of: "a")
    try write(present: [1, 0, 1, 1, 1, 0], of: "b")
    var notes: [String] = []
    _ = try prepare(maxCorrupt: 1) { notes.append($0) }
    #expect(notes.contains("1 sample of 5 lacks 'a'") && notes.contains("1 sample of 5 lacks 'b'"))
  }

  /// Numbers that are not finite can say that the modality is not there.
  @Test func whatIsNotFiniteCanBeAbsent() throws {
    let dataset = try prepare(["missingValues=absent"])
    #expect(try dataset.samples(.train).present[0] == [true, true, true, false])
    #expect(try dataset.samples(.train).present[1]?.contains(false) != true)
    #expect(try dataset.samples(.test).present[1] == [true, false])
    #expect(dataset.description.extra["missingValues"] == "absent")
  }

  /// Where all is there the files are what they were without any of this.
  @Test func fullPresenceIsNotWritten() throws {
    try write(present: [1, 1, 1, 1, 1, 1], of: "a")
    let dataset = try prepare(["missingValues=zero"])
    #expect(try dataset.samples(.train).present.allSatisfy { $0 == nil })
  }

  @Test func aSampleOfNothingIsRefusedOrLeftOut() throws {
    try write(present: [1, 0, 1, 0, 1, 1], of: "a")
    try write(present: [1, 0, 1, 1, 1, 0], of: "b")
    let refusal = message { _ = try prepare() }
    #expect(refusal.contains("row 1 has none of the modalities"), "\(refusal)")
    let dataset = try prepare(maxCorrupt: 1)
    #expect(try dataset.samples(.train).count == 3)
  }

  @Test func wrongFilesAreNamed() throws {
    try write(present: [1, 0], of: "a")
    #expect(
      message { _ = try prepare() }.contains(
        "does not have one number for each of the table's 6 rows"))
    try write(present: [1, 0, 2, 1, 1, 1], of: "a")
    let refusal = message { _ = try prepare() }
    #expect(refusal.contains("row 2 has 2.0, not 0 or 1"), "\(refusal)")
  }
}
